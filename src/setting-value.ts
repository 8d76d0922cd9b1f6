/** How the values of settings are written, as zod schemas from text. */
import { z } from 'zod';
import { isResourceType } from './fhir/resource-type.ts';

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
};

/** A number with a unit; undefined when either is not understood. */
function measure(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?([A-Za-z]*)$/.exec(text);
  const unit = match === null ? undefined : units[match[2]!];
  return unit === undefined ? undefined : Math.round(Number(match![1]) * unit);
}

function measured(
  units: Readonly<Record<string, number>>,
  least: number,
  expected: string,
): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const value = measure(text, units);
    if (value !== undefined && value >= least) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** Milliseconds from `500ms`, `30s`, `30m`, `12h` or `2d`. */
export const duration = measured(DURATION_UNITS, 1, 'a duration such as 500ms, 30s, 30m or 12h');

/** Bytes from `20MB`, `512KB`, `1GB`, in either case, or a plain number; a KB has 1024 bytes. */
export const byteSize: z.ZodType<number> = z
  .string()
  .toLowerCase()
  .pipe(measured(SIZE_UNITS, 0, 'a size such as 512KB, 20MB or 1GB'));

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, `one of ${words.join(', ')}`);
}

/** A whole number within bounds. */
export function amount(least: number, most: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least}`
      : `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, expected)
    .transform(Number)
    .refine((value) => value >= least && value <= most, expected);
}

/** A switch: on the command line without a value, in the environment as true or false. */
export const yesOrNo: z.ZodType<boolean> = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], 'true or false')
  .transform((text) => text === 'true' || text === '1' || text === 'yes');

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** An absolute http or https address, without its trailing slash. */
export const httpUrl: z.ZodType<string> = z
  .string()
  .refine(isHttpUrl, 'an http or https address')
  .transform((text) => text.replace(/\/+$/, ''));

/** `https://host:port` of an address. */
export const originOf: z.ZodType<string> = z
  .string()
  .refine(isHttpUrl, 'an http or https address')
  .transform((text) => new URL(text).origin);

/** One HTTP header field from `Name: value`. */
export const headerField: z.ZodType<readonly [name: string, value: string]> = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*$/, "a header such as 'Authorization: Bearer …'")
  .transform((text) => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon), text.slice(colon + 1).trim()] as const;
  });

/** Names of R4 resource types, separated by commas. */
export const resourceTypes: z.ZodType<readonly string[]> = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine((names) => names.every(isResourceType), 'resource types of FHIR R4, separated by commas');
