import { WarmfhirError } from '../../../errors.ts';
import type { WordPlace } from '../../../fhir/search/text-words.ts';
import { WordTest } from '../../../fhir/search/word-test.ts';
import type { Connection } from '../connection.ts';

/** How far statements of a search may go. */
export interface SearchLimit {
  /** Milliseconds of `performance.now()`. */
  until: number;
  /** How often they may still call `in_time`. */
  looks: number;
}

/** Thrown by a statement that has looked at as many rows as it was given. */
export class WalkedTooFar extends Error {}

/** One row in so many calls `in_time`. */
const ROWS_PER_LOOK = 64;

/** The limit of `looks` for about so many rows. */
export function looksOf(rows: number): number {
  return rows / ROWS_PER_LOOK;
}

/**
 * Adds what searches call from SQL. SQLite cannot be interrupted from the thread that it runs on, so statements that may walk
 * far ask now and then whether their time is over.
 *
 * - `in_time(rid)`: 1, or throws `search-too-costly` or `WalkedTooFar`
 * - `holds_words(json, 'text' | 'content', words)`: 1 when the document has that place and all words of a JSON array in it
 */
export function addSearchFunctions(connection: Connection, limit: SearchLimit): void {
  connection.function('in_time', { varargs: true }, () => {
    requireTime(limit);
    limit.looks -= 1;
    if (limit.looks < 0) throw new WalkedTooFar();
    return 1;
  });
  // A search asks the same of every document.
  let last = { asked: '', test: new WordTest([], 'content') };
  connection.function('holds_words', { deterministic: true }, (json, place, words) => {
    requireTime(limit);
    const asked = `${place} ${words}`;
    if (asked !== last.asked)
      last = { asked, test: new WordTest(JSON.parse(words as string), place as WordPlace) };
    return last.test.holds(json as string) ? 1 : 0;
  });
}

/** @throws search-too-costly */
export function requireTime({ until }: SearchLimit): void {
  if (performance.now() > until) throw new WarmfhirError('search-too-costly');
}

/** A condition that is true, but looks at the clock at one row in 64. */
export function inTime(rid: string): string {
  return `(${rid} & ${ROWS_PER_LOOK - 1} OR in_time(${rid}))`;
}
