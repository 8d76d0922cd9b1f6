import { WarmfhirError } from '../../../errors.ts';
import { textWords } from '../../../fhir/search/text-words.ts';
import type { Connection } from '../connection.ts';

/** Until when statements of a search may run, in milliseconds of `performance.now()`. */
export interface TimeLimit {
  until: number;
}

/**
 * Adds what searches call from SQL. SQLite cannot be interrupted from the thread that it runs on, so statements that may walk
 * far ask now and then whether their time is over.
 *
 * - `in_time(rid)`: 1, or throws `search-too-costly`
 * - `holds_words(json, 'text' | 'content', words)`: 1 when the document has that place and all words of a JSON array in it
 */
export function addSearchFunctions(connection: Connection, limit: TimeLimit): void {
  connection.function('in_time', { varargs: true }, () => {
    requireTime(limit);
    return 1;
  });
  connection.function('holds_words', { deterministic: true }, (json, place, asked) => {
    requireTime(limit);
    const words = textWords(json as string, place as 'text' | 'content');
    return words !== undefined &&
      (JSON.parse(asked as string) as readonly string[]).every((word) => words.has(word))
      ? 1
      : 0;
  });
}

/** @throws search-too-costly */
export function requireTime({ until }: TimeLimit): void {
  if (performance.now() > until) throw new WarmfhirError('search-too-costly');
}

/** A condition that is true, but looks at the clock at one row in 64. */
export function inTime(rid: string): string {
  return `(${rid} & 63 OR in_time(${rid}))`;
}
