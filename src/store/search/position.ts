import { WarmfhirError } from '../../errors.ts';

export type SortValue = string | number | null;

/** Where a document stands in the order of a search. */
export interface Position {
  /** One for each sort key; null where the document has no value. */
  readonly values: readonly SortValue[];
  readonly rid: number;
}

/** Texts beyond this many bytes are not carried along: the document that they are of says them. */
const LONGEST_TEXT = 48;

/** Which way a page goes from its position. */
export interface PageStart {
  readonly forward: boolean;
  /** Absent: from the first document. */
  readonly position?: Position;
  /** Sort keys whose value was too long to be carried: `values` holds its beginning. */
  readonly cut: readonly number[];
}

export const FIRST_PAGE: PageStart = { forward: true, cut: [] };

/** A cursor: a text that is short however long the sort values are. */
export function cursorOf(direction: 'n' | 'p', { values, rid }: Position): string {
  const budget = Math.max(8, Math.floor(LONGEST_TEXT / Math.max(1, values.length)));
  const parts: (SortValue | readonly [string])[] = values.map((value) =>
    typeof value === 'string' && Buffer.byteLength(value) > budget
      ? ([beginning(value, budget)] as const)
      : value,
  );
  return direction + JSON.stringify([rid, ...parts]);
}

/** @throws page-token-invalid for a text that is no cursor of a search with so many sort keys */
export function pageStart(cursor: string | undefined, keys: number): PageStart {
  if (cursor === undefined) return FIRST_PAGE;
  const direction = cursor.charAt(0);
  if (direction !== 'n' && direction !== 'p') throw new WarmfhirError('page-token-invalid');
  const parts = parsed(cursor.slice(1));
  if (!Array.isArray(parts) || parts.length !== keys + 1 || !Number.isSafeInteger(parts[0])) {
    throw new WarmfhirError('page-token-invalid');
  }
  const cut: number[] = [];
  const values = parts.slice(1).map((part: unknown, index): SortValue => {
    if (Array.isArray(part) && typeof part[0] === 'string') {
      cut.push(index);
      return part[0];
    }
    if (part === null || typeof part === 'string' || typeof part === 'number') return part;
    throw new WarmfhirError('page-token-invalid');
  });
  return { forward: direction === 'n', position: { rid: parts[0] as number, values }, cut };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WarmfhirError('page-token-invalid');
  }
}

/** As much of a text as `bytes` hold, cut between characters. */
function beginning(text: string, bytes: number): string {
  let taken = '';
  let length = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    taken += character;
  }
  return taken;
}
