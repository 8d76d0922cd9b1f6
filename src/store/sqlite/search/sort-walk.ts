import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { ArmCriterion } from '../../search/arm-criterion.ts';
import { type Fragment, fragment, TRUE } from '../../search/fragment.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';

/** An index in the order of a sort key. Its rows have the alias x. */
export interface SortWalk {
  readonly table: 'range' | 'string' | 'document';
  readonly index: string;
  /** The key in a row. */
  readonly column: string;
  readonly where: Fragment;
  /** The rows that count: of a document with several values the one that it is sorted by. */
  readonly only: Fragment;
  /** The part of the index where a value and what follows it lies. */
  readonly bound: (value: string | number) => Fragment;
  /** What documents without a value satisfy; absent where all have one. */
  readonly missing: ArmCriterion | undefined;
}

/** The index that is in the order of a key; undefined where there is none. */
export function sortWalk(key: TypeSortKey, type: string, reversed: boolean): SortWalk | undefined {
  const { by, descending } = key;
  const upwards = descending === reversed;
  const bound = (column: string) => (value: string | number) =>
    fragment(`${column} ${upwards ? '>=' : '<='} ?`, value);
  if (by.kind === 'id' || by.kind === 'last-updated') {
    const column = by.kind === 'id' ? 'x.id' : 'x.last_updated';
    const index = by.kind === 'id' ? 'document_key' : 'document_updated';
    const where = fragment('x.type = ?', resourceTypeCode(type));
    return { table: 'document', index, column, where, only: TRUE, bound: bound(column), missing: undefined };
  }
  if (by.kind !== 'index') return undefined;
  const { parameter, shape } = by;
  const where = fragment('x.parameter = ?', parameter);
  const missing: ArmCriterion = { kind: 'not', of: { kind: 'present', parameter, shape } };
  if (shape === 'date' || shape === 'number') {
    const column = descending ? 'high' : 'low';
    const better = descending
      ? '+y.high > x.high OR (+y.high = x.high AND +y.low > x.low)'
      : '+y.low < x.low OR (+y.low = x.low AND +y.high < x.high)';
    return {
      table: 'range',
      index: `range_${column}`,
      column: `x.${column}`,
      where,
      only: onlyBest('range', better),
      bound: bound(`x.${column}`),
      missing,
    };
  }
  if (shape === 'string') {
    const compared = descending ? '>' : '<';
    const better = `+y.folded ${compared} x.folded OR (+y.folded = x.folded AND +y.exact ${compared} x.exact)`;
    return {
      table: 'string',
      index: 'string_value',
      column: 'x.folded',
      where,
      only: onlyBest('string', better),
      bound: bound('x.folded'),
      missing,
    };
  }
  return undefined;
}

function onlyBest(table: string, better: string): Fragment {
  return fragment(
    `NOT EXISTS (SELECT 1 FROM ${table} y WHERE y.rid = x.rid AND y.parameter = x.parameter AND (${better}))`,
  );
}
