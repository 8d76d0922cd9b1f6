import { WarmfhirError } from '../errors.ts';
import type { StoredDocument } from './document.ts';
import type { Page, PageQuery } from './page.ts';

/** Where a page by key begins, and which way it is walked. */
export interface Cursor {
  /** Towards older documents. */
  readonly forward: boolean;
  /** Exclusive bound. */
  readonly rid: number;
}

export const FIRST_PAGE: Cursor = { forward: true, rid: Number.MAX_SAFE_INTEGER };

/** @throws page-token-invalid for a text that no page gave out */
export function parseCursor(text: string | undefined): Cursor {
  if (text === undefined) return FIRST_PAGE;
  const rid = Number(text.slice(1));
  if (!/^[np]\d{1,15}$/.test(text) || !Number.isSafeInteger(rid))
    throw new WarmfhirError('page-token-invalid');
  return { forward: text.startsWith('n'), rid };
}

export interface RidDocument {
  readonly rid: number;
  readonly document: StoredDocument;
}

/**
 * The page that was asked for, with the cursors of its neighbours.
 * @param found in the order of the walk; one more than the page takes, where there are so many
 */
export function pageOf(found: readonly RidDocument[], query: PageQuery, cursor: Cursor): Page {
  const more = found.length > query.count;
  const documents = found.slice(0, query.count);
  if (!cursor.forward) documents.reverse();
  const hasNext = cursor.forward ? more : true;
  const hasPrevious = cursor.forward ? query.cursor !== undefined : more;
  const last = documents.at(-1);
  const first = documents[0];
  return {
    documents: documents.map((entry) => entry.document),
    ...(hasNext && last !== undefined && { next: `n${last.rid}` }),
    ...(hasPrevious && first !== undefined && { previous: `p${first.rid}` }),
  };
}
