import { fold } from './fold.ts';

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const SPACE = /\s+/;
const TAG = /<[^>]*>/g;

/** Where words are looked for: in the narrative, which has to be there, or in all texts of a resource. */
export type WordPlace = 'text' | 'content';

/**
 * The words of a resource's narrative or, for `content`, of all its texts; folded as searches compare them. Undefined where
 * there is no narrative.
 */
export function textWords(json: string, place: WordPlace): ReadonlySet<string> | undefined {
  const resource = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const content =
    place === 'content' ? resource : (resource.text as { readonly div?: unknown } | undefined)?.div;
  if (content === undefined) return undefined;
  const words = new Set<string>();
  addWords(content, words);
  return words;
}

function addWords(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') {
    const text = value.startsWith('<') ? value.replace(TAG, ' ') : value;
    for (const word of text.split(SPACE)) {
      words.add(fold(word));
      // "heart-attack" is found by each of its halves too.
      for (const [part] of word.matchAll(WORD)) words.add(fold(part));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) addWords(member, words);
  }
}
