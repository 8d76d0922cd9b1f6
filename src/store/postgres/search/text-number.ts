import { createHash } from 'node:crypto';

/** Texts longer than this are shortened, so that an index can hold them. */
const LONGEST = 256;
/** What an index on strings holds of a text. */
const START = 200;

/**
 * The number that stands for a system, an address or a label: 64 bits of its SHA-256, so every process knows it without
 * asking. '' is 0.
 */
export function textNumber(text: string): bigint {
  if (text === '') return 0n;
  return createHash('sha256').update(text).digest().readBigInt64BE();
}

/** PostgreSQL has no NUL in texts; what a search looks for is put the same way. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{FFFD}') : text;
}

/** A code, id or key as it is kept and compared: a long one by its beginning and its hash. */
export function shortened(text: string): string {
  const kept = storable(text);
  if (kept.length <= LONGEST) return kept;
  return `${startOf(kept)}\u0001${createHash('sha256').update(kept).digest('base64url')}`;
}

/** The beginning of a text, cut between characters. */
export function startOf(text: string): string {
  if (text.length <= START) return text;
  const start = text.slice(0, START);
  return /[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start;
}
