import { createHash } from 'node:crypto';
import type { Test } from '../../../fhir/search/criterion.ts';

/** Characters of a text that an index holds: an entry has to fit a third of a page. */
export const LONGEST_KEY = 400;

/** Numbers held in memory. */
const MOST_HELD = 50_000;

/**
 * Numbers for addresses (systems, bases), which repeat by the thousand: a hash of 53 bits, so that every node gives the
 * same without asking. '' is 0. Bounded; what was forgotten is computed again.
 */
export class AddressNumbers {
  readonly #known = new Map<string, number>();

  of(address: string): number {
    if (address === '') return 0;
    let number = this.#known.get(address);
    if (number === undefined) {
      const digest = createHash('sha256').update(address).digest();
      number = digest.readUIntBE(0, 6) * 32 + (digest[6]! >> 3) || 1;
      if (this.#known.size >= MOST_HELD) this.#known.clear();
      this.#known.set(address, number);
    }
    return number;
  }
}

/** PostgreSQL has no NUL in texts, neither in what is kept nor in what is looked for. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{FFFD}') : text;
}

/** A text that is compared as a whole, in at most `LONGEST_KEY` characters: equal for equal texts alone. */
export function wholeKey(of: string): string {
  const text = storable(of);
  if (text.length <= LONGEST_KEY) return text;
  return `${startKey(text).slice(0, LONGEST_KEY - 60)}…${createHash('sha256').update(text).digest('base64')}`;
}

/** The beginning of a text, cut between characters. */
export function startKey(of: string): string {
  const text = storable(of);
  if (text.length <= LONGEST_KEY) return text;
  const start = text.slice(0, LONGEST_KEY);
  return /[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start;
}

/** The test as it is put to rows whose texts were cut where they were long. */
export function cutTest(test: Test): Test {
  switch (test.kind) {
    case 'token':
    case 'identifier':
    case 'quantity':
      return test.code === undefined ? test : { ...test, code: wholeKey(test.code) };
    case 'string':
      return { ...test, text: storable(test.text) };
    case 'token-text':
      return { ...test, folded: storable(test.folded) };
    case 'reference':
      return {
        ...test,
        ...(test.id !== undefined && { id: wholeKey(test.id) }),
        ...(test.version !== undefined && { version: wholeKey(test.version) }),
      };
    case 'uri':
      return { ...test, uri: wholeKey(test.uri) };
    default:
      return test;
  }
}
