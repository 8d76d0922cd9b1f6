import type { InstantRange } from '../fhir/instant-range.ts';
import type { HistoryEntry } from './document.ts';

/**
 * Which versions: of the whole collection, of one type, or of one document. Every document of the master counts as
 * created when its generation was begun.
 */
export interface HistoryQuery {
  readonly type?: string;
  /** Only together with a type. */
  readonly id?: string;
  /** Versions of this time or later, milliseconds since the epoch. */
  readonly since?: number;
  /** Versions that were current at some time within this range; a delete counts as one. */
  readonly at?: Pick<InstantRange, 'from' | 'until'>;
  /** `next` of an earlier page of the same query; absent for the first page. */
  readonly cursor?: string;
  /** At most this many versions; 0 for the total alone. */
  readonly count: number;
}

/** Newest first by time; versions of one time by type, id and version, highest first. A deep page costs what the first costs. */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Exact number of versions on all pages. */
  readonly total: number;
  /** Cursor of the following page, absent on the last. */
  readonly next?: string;
}
