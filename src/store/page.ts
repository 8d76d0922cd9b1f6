import type { InstantRange } from '../fhir/instant-range.ts';
import type { StoredDocument } from './document.ts';

/** Which documents of one type: all conditions must hold. */
export interface DocumentFilter {
  readonly type: string;
  /** Any of these ids. */
  readonly ids?: readonly string[];
  readonly lastUpdated?: readonly InstantRange[];
  readonly reviewed?: boolean;
}

/** A page by key, newest first: a deep page costs what the first costs. */
export interface PageQuery {
  readonly filter: DocumentFilter;
  /** `next` or `previous` of an earlier page of the same filter; absent for the first page. */
  readonly cursor?: string;
  /** At most this many documents, at least 1. */
  readonly count: number;
}

export interface Page {
  readonly documents: readonly StoredDocument[];
  /** Cursor of the following page, absent on the last. */
  readonly next?: string;
  /** Cursor of the preceding page, absent on the first. */
  readonly previous?: string;
}

/** A page by number in order of first appearance, which updates and reviews do not change. */
export interface ListQuery {
  readonly type: string;
  readonly reviewed?: boolean;
  /** From 1. */
  readonly page: number;
  readonly count: number;
}

export interface ListPage {
  readonly documents: readonly StoredDocument[];
  readonly totalItems: number;
}

export interface ReviewCount {
  readonly type: string;
  readonly reviewed: number;
  readonly unreviewed: number;
}
