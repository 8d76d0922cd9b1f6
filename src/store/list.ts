import type { StoredDocument } from './document.ts';

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
