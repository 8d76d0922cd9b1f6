import { textWords } from './text-words.ts';

/** Where words are looked for: in the narrative, which has to be there, or in all texts of a resource. */
export type WordPlace = 'text' | 'content';

/** A document whose text may not be what its characters say: letters beyond ASCII are folded, escapes stand for others. */
const NOT_PLAIN = /[^\x00-\x7f]|\\u/;
const LETTERS = /^[a-z0-9]+$/;

/**
 * Decides of resources whether they hold all of some folded words, as `textWords` has them. Most do not, which is seen in their
 * JSON without parsing it.
 */
export class WordTest {
  readonly #words: readonly string[];
  readonly #place: WordPlace;
  /** What the JSON of a plain document matches if it holds the words. */
  readonly #signs: readonly RegExp[];

  constructor(words: readonly string[], place: WordPlace) {
    this.#words = words;
    this.#place = place;
    this.#signs = [
      ...(place === 'text' ? [/"div"/] : []),
      // Punctuation within a word does not count.
      ...words
        .filter((word) => LETTERS.test(word))
        .map((word) => new RegExp([...word].join('[^a-z0-9]*'), 'i')),
    ];
  }

  holds(json: string): boolean {
    if (this.#signs.some((sign) => !sign.test(json)) && !NOT_PLAIN.test(json)) return false;
    const words = textWords(json, this.#place);
    return words !== undefined && this.#words.every((word) => words.has(word));
  }
}
