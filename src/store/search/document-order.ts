import type { Position, SortValue } from './position.ts';

/** The order of a search's documents: its keys, then newest first; or all of it turned round. */
export interface DocumentOrder {
  /** Whether each key descends. Documents without a value come last either way. */
  readonly descending: readonly boolean[];
  /** True: from the last document to the first. */
  readonly reversed: boolean;
}

/** Negative when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position, order: DocumentOrder): number {
  const sign = order.reversed ? -1 : 1;
  for (const [index, descending] of order.descending.entries()) {
    const compared = compareKey(a.values[index]!, b.values[index]!, descending);
    if (compared !== 0) return sign * compared;
  }
  return sign * (b.rid - a.rid);
}

/** Missing values last. */
export function compareKey(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const compared =
    typeof a === 'string' && typeof b === 'string' ? compareTexts(a, b) : Number(a) - Number(b);
  return descending ? -compared : compared;
}

/** By code point, as databases compare the bytes of UTF-8. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return surrogatesLast(left) - surrogatesLast(right);
  }
  return a.length - b.length;
}

/** Halves of characters beyond the basic plane are above every character in it. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
