import { BASE_LETTERS } from './base-letters.ts';

const PLAIN = /^[a-z0-9]*$/;
const ASCII = /^[\x00-\x7f]*$/;
const ASCII_PUNCTUATION = /[!"#%&'()*,\-./:;?@[\\\]_{}]+/g;
const IGNORED = /[\p{M}\p{P}]+/gu;
const LETTERS = new RegExp(`[${[...BASE_LETTERS.keys()].join('')}]`, 'gu');
const LOOSE_SPACE = /^\s|\s$|\s\s|[\t-\r]/;
const SPACE = /\s+/g;

/**
 * A text as searches compare it: without case, accents and punctuation, white space collapsed, letters such as ø and æ as o
 * and ae.
 * See https://hl7.org/fhir/R4/search.html#string
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  const folded = ASCII.test(lower)
    ? lower.replace(ASCII_PUNCTUATION, '')
    : // Upper case first, because that is where ß and ſ become what they are compared as.
      text
        .normalize('NFKD')
        .toUpperCase()
        .toLowerCase()
        .replace(IGNORED, '')
        .replace(LETTERS, (letter) => BASE_LETTERS.get(letter)!);
  return LOOSE_SPACE.test(folded) ? folded.replace(SPACE, ' ').trim() : folded;
}
