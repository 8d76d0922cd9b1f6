import { WarmfhirError } from '../../errors.ts';
import { scanObject } from '../json-text.ts';
import { parseJson } from '../parse-json.ts';

/** A number with its spelling, which `JSON.stringify` writes as it was. */
interface RawNumber {
  readonly rawJSON: string;
}

export type LexicalObject = { [key: string]: Lexical };

/** A JSON value in which numbers keep their spelling. */
export type Lexical = null | boolean | string | RawNumber | Lexical[] | LexicalObject;

// The language has these since ES2026; the type definitions do not know them yet.
const { rawJSON, isRawJSON, parse } = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source: string }) => unknown,
  ): unknown;
};

/** Reads JSON text. Throws json-malformed, json-duplicate-key. */
export function parseLexical(text: string): Lexical {
  parseJson(text);
  // Whatever the value is, as a member it gets the checks of duplicate keys and of depth.
  scanObject(`{"value":${text}}`);
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? rawJSON(source) : value,
  ) as Lexical;
}

export function lexicalText(value: Lexical): string {
  return JSON.stringify(value);
}

export function isLexicalObject(value: Lexical | undefined): value is LexicalObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
}

/** The number that a value stands for, or undefined. */
export function numberOf(value: Lexical | undefined): number | undefined {
  return isRawJSON(value) ? Number(value.rawJSON) : undefined;
}

/** Sets a member whatever its name: assignment would take `__proto__` for something else. */
export function setMember(object: LexicalObject, key: string, value: Lexical): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Equality as RFC 6902 has it: numbers by value, objects whatever the order of their members. */
export function lexicalEqual(one: Lexical, other: Lexical): boolean {
  if (isRawJSON(one) || isRawJSON(other))
    return numberOf(one) !== undefined && numberOf(one) === numberOf(other);
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => lexicalEqual(item, other[index]!))
    );
  }
  if (!isLexicalObject(one)) return one === other;
  if (!isLexicalObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && lexicalEqual(one[key]!, other[key]!))
  );
}

/** A copy that shares nothing with its original. */
export function lexicalCopy(value: Lexical): Lexical {
  return parseLexical(lexicalText(value));
}

/** UTF-8 to text. Throws encoding-invalid. */
export function decoded(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new WarmfhirError('encoding-invalid', 'The body is not valid UTF-8.', { cause });
  }
}
