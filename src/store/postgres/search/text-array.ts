import { storable } from './value-key.ts';

/** An array of texts as PostgreSQL writes it, to be cast to text[]. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${storable(text).replaceAll(/["\\]/g, (character) => `\\${character}`)}"`).join(',')}}`;
}
