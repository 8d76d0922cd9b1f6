import type { RangeTest } from '../../../fhir/search/criterion.ts';
import { FALSE, type Fragment, fragment, TRUE } from '../../search/fragment.ts';
import type { SortValue } from '../../search/position.ts';
import { rangeCondition } from '../../search/row-condition.ts';
import type { DocumentColumns } from './criterion-condition.ts';

export type DocumentKey = 'last-updated' | 'reviewed' | 'review-time';

/** What the two arms keep differently about a document itself. */
export interface ArmProfile extends DocumentColumns {
  /** The index of the documents of a type. */
  readonly walk: 'document_type' | 'document_live';
  /** A sort value that all documents of the arm have. */
  readonly constant: (key: DocumentKey) => SortValue | undefined;
  /** SQL for a sort value, where it is not constant. */
  readonly key: (key: DocumentKey, rid: string) => string;
}

/** Documents of a generation are of one time and unreviewed. */
export function masterProfile(lastUpdated: number): ArmProfile {
  const constants = { 'last-updated': lastUpdated, reviewed: 0, 'review-time': null };
  return {
    walk: 'document_type',
    live: () => TRUE,
    lastUpdated: (_, test) => (includesInstant(test, lastUpdated) ? TRUE : FALSE),
    reviewed: (_, reviewed) => (reviewed ? FALSE : TRUE),
    reviewTime: () => FALSE,
    constant: (key) => constants[key],
    key: () => 'NULL',
  };
}

const COLUMNS = {
  'last-updated': 'last_updated',
  reviewed: 'reviewed_at IS NOT NULL',
  'review-time': 'reviewed_at',
};

export const overlayProfile: ArmProfile = {
  walk: 'document_live',
  live: (document) => fragment(`${document}.json IS NOT NULL`),
  lastUpdated: (document, test) => instantCondition(test, `${document}.last_updated`),
  reviewed: (document, reviewed) => fragment(`${document}.reviewed_at IS ${reviewed ? 'NOT ' : ''}NULL`),
  reviewTime: (document, test) => {
    const column = `${document}.reviewed_at`;
    const { sql, values } = instantCondition(test, column);
    return fragment(`(${column} IS NOT NULL AND ${sql})`, ...values);
  },
  constant: () => undefined,
  key: (key, rid) => `(SELECT ${COLUMNS[key]} FROM document y WHERE y.rid = ${rid})`,
};

/** An instant of the store is a millisecond long. */
function instantCondition(test: RangeTest, column: string): Fragment {
  return rangeCondition(test, column, `(${column} + 1)`);
}

export function includesInstant(test: RangeTest, instant: number): boolean {
  const { from, until } = test;
  const end = instant + 1;
  switch (test.comparison) {
    case 'eq':
      return instant >= from && end <= until;
    case 'ne':
      return !(instant >= from && end <= until);
    case 'gt':
      return end > until;
    case 'lt':
      return instant < from;
    case 'ge':
      return instant >= from || end > until;
    case 'le':
      return end <= until || instant < from;
    case 'sa':
      return instant >= until;
    case 'eb':
      return end <= from;
    case 'overlaps':
      return instant < until && end > from;
  }
}
