import { textWords, type WordPlace } from './text-words.ts';

/** A document whose text may not be what its characters say: letters beyond ASCII are folded, escapes stand for others. */
const NOT_PLAIN = /[^\x00-\x7f]|\\u/;
const LETTERS = /^[a-z0-9]+$/;

/**
 * Patterns that the JSON of a resource matches if it holds all of some folded words, without regard to case: as long as it is ASCII
 * and without `\\u` escapes. In a syntax that JavaScript and PostgreSQL share.
 */
export function wordSigns(words: readonly string[], place: WordPlace): readonly string[] {
  return [
    ...(place === 'text' ? ['"div"'] : []),
    // Punctuation within a word does not count.
    ...words.filter((word) => LETTERS.test(word)).map((word) => [...word].join('[^a-z0-9]*')),
  ];
}

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
    this.#signs = wordSigns(words, place).map((sign) => new RegExp(sign, 'i'));
  }

  holds(json: string): boolean {
    if (this.#signs.some((sign) => !sign.test(json)) && !NOT_PLAIN.test(json)) return false;
    const words = textWords(json, this.#place);
    return words !== undefined && this.#words.every((word) => words.has(word));
  }
}
