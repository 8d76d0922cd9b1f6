import { textWords } from '../../../fhir/search/text-words.ts';
import type { Connection } from '../connection.ts';

/** `holds_words(json, 'text' | 'content', JSON array of words)`: 1 when the document holds all of them. */
export function addWordFunction(connection: Connection): void {
  connection.function('holds_words', { deterministic: true }, (json, place, asked) => {
    const words = textWords(json as string, place as 'text' | 'content');
    return (JSON.parse(asked as string) as readonly string[]).every((word) => words.has(word)) ? 1 : 0;
  });
}
