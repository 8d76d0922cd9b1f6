import type { RangeTest } from '../../../fhir/search/criterion.ts';
import { FALSE, type Fragment, fragment, TRUE } from '../../search/fragment.ts';
import { rangeCondition } from '../../search/row-condition.ts';
import { masterTables, SCHEMA } from '../master-tables.ts';

/** What the two arms keep differently, as SQL. `row` is the alias of a row of their table. */
export interface SearchArm {
  readonly own: boolean;
  readonly document: string;
  readonly values: string;
  /** The row is one of this arm: for an overlay, of this tenant. */
  of(row: string): Fragment;
  /** The row of `document` is of a document that exists. */
  live(row: string): Fragment;
  lastUpdated(row: string, test: RangeTest): Fragment;
  reviewed(row: string, reviewed: boolean): Fragment;
  reviewTime(row: string, test: RangeTest): Fragment;
  /** What documents are sorted by beside index values; all of a master have the same. */
  readonly keys: Readonly<Record<'last-updated' | 'reviewed' | 'review-time', ArmKey>>;
}

export type ArmKey = { readonly constant: number | null } | { readonly column: string };

/** What a tenant has changed. */
export function overlayArm(serial: number): SearchArm {
  return {
    own: true,
    document: `${SCHEMA}.tenant_document`,
    values: `${SCHEMA}.tenant_index_value`,
    of: (row) => fragment(`${row}.tenant_id = ?`, serial),
    live: (row) => fragment(`${row}.json IS NOT NULL`),
    lastUpdated: (row, test) => instantCondition(test, `${row}.last_updated`),
    reviewed: (row, reviewed) => fragment(`${row}.reviewed_at IS ${reviewed ? 'NOT ' : ''}NULL`),
    reviewTime: (row, test) => {
      const { sql, values } = instantCondition(test, `${row}.reviewed_at`);
      return fragment(`(${row}.reviewed_at IS NOT NULL AND ${sql})`, ...values);
    },
    keys: {
      'last-updated': { column: 'last_updated' },
      reviewed: { column: 'reviewed_at IS NOT NULL' },
      'review-time': { column: 'reviewed_at' },
    },
  };
}

/** A sealed generation: its documents are of one time and unreviewed. */
export function masterArm(generation: number, lastUpdated: number): SearchArm {
  const { document, indexValue } = masterTables(generation);
  const instant = `${Math.trunc(lastUpdated)}::bigint`;
  return {
    own: false,
    document,
    values: indexValue,
    of: () => TRUE,
    live: () => TRUE,
    lastUpdated: (_, test) => instantCondition(test, instant),
    reviewed: (_, reviewed) => (reviewed ? FALSE : TRUE),
    reviewTime: () => FALSE,
    keys: {
      'last-updated': { constant: lastUpdated },
      reviewed: { constant: 0 },
      'review-time': { constant: null },
    },
  };
}

/** An instant of the store is a millisecond long. */
function instantCondition(test: RangeTest, instant: string): Fragment {
  return rangeCondition(test, `${instant}::float8`, `(${instant} + 1)::float8`);
}
