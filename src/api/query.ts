import { WarmfhirError } from '../errors.ts';
import { nearest } from '../fhir/nearest.ts';
import { shown } from '../fhir/search/search-value.ts';

/** The sentence on a parameter that is unknown, with what the client may have meant. */
export function unknownParameter(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const all = known.length === 0 ? 'There are none.' : `Known are ${known.join(', ')}.`;
  const hint = near.length === 0 ? all : `Did you mean ${near.join(' or ')}?`;
  return `The parameter ${shown(name)} is unknown here. ${hint}`;
}

/**
 * Says that a query or a form is percent-encoded UTF-8. What is not would be read as other characters than were meant.
 *
 * @throws parameter-invalid
 */
export function requireEncoded(query: string): void {
  if (!query.includes('%') || isEncoded(query)) return;
  const wrong = query.split('&').find((parameter) => !isEncoded(parameter)) ?? query;
  throw new WarmfhirError(
    'parameter-invalid',
    `The percent-encoding of ${shown(wrong)} is not one of UTF-8.`,
  );
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Throws `parameter-invalid` where `_pretty` is neither true nor false. */
export function requirePretty(parameters: URLSearchParams): void {
  if (parameters.get('_pretty') !== '') truth(parameters, '_pretty');
}

/** How an answer is written, whatever is asked. */
export const FORMAT: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** Throws `parameter-unknown` where a query has parameters that are neither known nor about the format. */
export function requireKnown(query: string, known: readonly string[]): void {
  const all = [...known, ...FORMAT];
  for (const name of new URLSearchParams(query).keys()) {
    if (!all.includes(name)) throw new WarmfhirError('parameter-unknown', unknownParameter(name, all));
  }
}

/** The value of a parameter that may be given once. Throws `parameter-invalid` when it is given again. */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  if (values.length > 1)
    throw new WarmfhirError('parameter-invalid', `The parameter ${name} is given twice.`);
  return values[0];
}

/** A whole number within limits, or `absent`. Throws `parameter-invalid`. */
export function wholeNumber(
  parameters: URLSearchParams,
  name: string,
  limits: { readonly least: number; readonly most: number; readonly absent: number },
): number {
  const text = single(parameters, name);
  if (text === undefined) return limits.absent;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= limits.least && value <= limits.most) return value;
  const { least, most } = limits;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new WarmfhirError('parameter-invalid', `The parameter ${name} is a whole number ${range}.`);
}

/** `true` or `false`, or undefined when absent. Throws `parameter-invalid`. */
export function truth(parameters: URLSearchParams, name: string): boolean | undefined {
  const text = single(parameters, name);
  if (text === undefined) return undefined;
  if (text !== 'true' && text !== 'false') {
    throw new WarmfhirError('parameter-invalid', `The parameter ${name} is true or false.`);
  }
  return text === 'true';
}
