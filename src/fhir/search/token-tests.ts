import type { Test, TokenTest } from './criterion.ts';
import { fold } from './fold.ts';
import { pieces, unescaped } from './search-text.ts';
import { invalidValue, type ValueContext } from './search-value.ts';
import { ofTypeCode } from './token-indexers.ts';

/** Types whose values belong to a code system. */
export const CODED: readonly string[] = ['code', 'Coding', 'CodeableConcept'];
/** Types whose values are compared as they are written. */
const LITERAL: readonly string[] = ['Identifier', 'id', 'uri'];
/** Types whose values have no system, so that `|` is not allowed. */
const PLAIN: ReadonlySet<string> = new Set(['ContactPoint', 'uri', 'boolean', 'string', 'id']);

const TRUTHS: ReadonlySet<string> = new Set(['true', 'false']);

/** A token as it is written: absent `system` means any, '' none; absent `code` means any. */
export interface WrittenToken {
  readonly system?: string;
  readonly code?: string;
}

/** Reads `code`, `system|code`, `|code` or `system|`. Throws `parameter-invalid`. */
export function writtenToken(piece: string, name: string): WrittenToken {
  const parts = pieces(piece, '|').map(unescaped);
  const [system, code] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  if (parts.length > 2 || (code === '' && (system ?? '') === '')) {
    throw invalidValue(name, piece, 'a token: code, system|code, |code or system|');
  }
  return { ...(system !== undefined && { system }), ...(code !== '' && { code }) };
}

/** What a token asks of index rows: any of the tests. Throws `parameter-invalid`. */
export function tokenTests(piece: string, context: ValueContext): TokenTest[] {
  const { name, kinds, codeCase } = context;
  const { system, code } = writtenToken(piece, name);
  if (system !== undefined && [...kinds.types].every((type) => PLAIN.has(type))) {
    throw invalidValue(name, piece, 'a plain value: values of this parameter have no system');
  }
  if (code === undefined) return [{ kind: 'token', system: system! }];
  const isTruth = kinds.types.size === 1 && kinds.types.has('boolean');
  if (isTruth && !TRUTHS.has(code.toLowerCase())) throw invalidValue(name, piece, 'true or false');
  const codes = new Set<string>();
  if (LITERAL.some((type) => kinds.types.has(type))) codes.add(code);
  if (CODED.some((type) => kinds.types.has(type))) {
    if (system !== undefined) codes.add(codeCase.compared(system, code));
    // Rows of a code system that tells case apart hold codes as they are written.
    else codes.add(code).add(code.toLowerCase());
  }
  if (['string', 'ContactPoint', 'boolean'].some((type) => kinds.types.has(type)))
    codes.add(code.toLowerCase());
  return [...codes].map((compared) => ({
    kind: 'token',
    ...(system !== undefined && { system }),
    code: compared,
  }));
}

/** `:text`. Throws `parameter-invalid`. */
export function textTest(piece: string, { name }: ValueContext): Test {
  const folded = fold(unescaped(piece));
  if (folded === '') throw invalidValue(name, piece, 'a text to look for');
  return { kind: 'token-text', folded };
}

/** `:of-type`: `system|code|value` of an identifier's type and its value. Throws `parameter-invalid`. */
export function ofTypeTest(piece: string, { name }: ValueContext): Test {
  const [system, code, value, ...more] = pieces(piece, '|').map(unescaped);
  if (!system || !code || !value || more.length > 0) {
    throw invalidValue(name, piece, "an identifier with its type's system and code: system|code|value");
  }
  return { kind: 'identifier', system, code: ofTypeCode(code, value) };
}

/** `:identifier` of a reference. Throws `parameter-invalid`. */
export function identifierTest(piece: string, { name }: ValueContext): Test {
  return { kind: 'identifier', ...writtenToken(piece, name) };
}
