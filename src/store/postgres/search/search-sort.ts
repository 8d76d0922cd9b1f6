import type { Shape } from '../../../fhir/search/criterion.ts';
import { UCUM_BASE } from '../../../fhir/search/indexed-values.ts';
import { allOf, anyOf, FALSE, type Fragment, fragment, TRUE, wrapped } from '../../search/fragment.ts';
import type { Position, SortValue } from '../../search/position.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';
import { ROW_BY_ROW } from '../read-statements.ts';
import type { SearchArm } from './search-arm.ts';
import { slotOf } from './value-columns.ts';
import type { AddressNumbers } from './value-key.ts';

/** SQL for what a document of an arm is sorted by; NULL without any. Both arms give the same type of value. */
export function sortValue(
  { by, descending }: TypeSortKey,
  arm: SearchArm,
  document: string,
  addresses: AddressNumbers,
): Fragment {
  switch (by.kind) {
    case 'id':
      return fragment(`${document}.id`);
    case 'none':
      return fragment('NULL');
    case 'index':
      return indexedValue(by.shape, by.parameter, descending, arm, document, addresses);
    default: {
      const key = arm.keys[by.kind];
      if ('constant' in key) return fragment(`${key.constant ?? 'NULL'}::bigint`);
      return fragment(
        by.kind === 'reviewed' ? `(${document}.${key.column})::int::bigint` : `${document}.${key.column}`,
      );
    }
  }
}

/** A column of the index that a key of this shape is taken from. */
export function sortColumn(shape: Shape, descending: boolean): string | undefined {
  switch (shape) {
    case 'token':
      return 'code';
    case 'string':
      return 'folded';
    case 'date':
    case 'number':
    case 'quantity':
      return descending ? 'high' : 'low';
    case 'reference':
      return 'id';
    case 'uri':
      return 'uri';
    case 'composite':
      return undefined;
  }
}

function indexedValue(
  shape: Shape,
  parameter: number,
  descending: boolean,
  arm: SearchArm,
  document: string,
  addresses: AddressNumbers,
): Fragment {
  const column = sortColumn(shape, descending);
  if (column === undefined) return fragment('NULL');
  const where = [
    arm.of('y'),
    fragment(`y.rid = ${document}.rid AND y.slot = ?`, slotOf(parameter)),
    counts(shape, column, 'y', addresses),
  ];
  const pick = descending ? 'max' : 'min';
  return wrapped(`(SELECT ${pick}(y.${column}) FROM ${arm.values} y WHERE `, allOf(where), ')');
}

/** Whether a row has a value that documents are sorted by: a code or an id may be empty, and a quantity is there in base units too. */
function counts(shape: Shape, column: string, row: string, addresses: AddressNumbers): Fragment {
  if (shape === 'token' || shape === 'reference') return fragment(`${row}.${column} > ''`);
  if (shape === 'quantity') return fragment(`${row}.system <> ?`, addresses.of(UCUM_BASE));
  return TRUE;
}

/** A column of values whose index is in the order of a key; undefined where there is none. */
export function walkedColumn({ by, descending }: TypeSortKey): string | undefined {
  return by.kind === 'index' ? sortColumn(by.shape, descending) : undefined;
}

/**
 * Of the rows of a document, the one that it is sorted by; and, behind a position, those from its value on.
 * @param row alias of the row
 */
export function walkedRows(
  { by, descending }: TypeSortKey,
  arm: SearchArm,
  row: string,
  reversed: boolean,
  from: SortValue | undefined,
  addresses: AddressNumbers,
): Fragment {
  const column = walkedColumn({ by, descending })!;
  const { parameter, shape } = by as Extract<TypeSortKey['by'], { kind: 'index' }>;
  const better = descending ? '>' : '<';
  const best = wrapped(
    `NOT EXISTS (SELECT FROM ${arm.values} y WHERE `,
    allOf([
      arm.of('y'),
      fragment(`y.rid = ${row}.rid AND y.slot = ${row}.slot`),
      counts(shape, column, 'y', addresses),
      fragment(
        `(y.${column} ${better} ${row}.${column} OR y.${column} = ${row}.${column} AND y.ordinal < ${row}.ordinal)`,
      ),
    ]),
    ` ${ROW_BY_ROW})`,
  );
  const upwards = descending === reversed;
  const bound = from == null ? [] : [fragment(`${row}.${column} ${upwards ? '>=' : '<='} ?`, from)];
  return allOf([
    arm.of(row),
    fragment(`${row}.slot = ? AND ${row}.${column} IS NOT NULL`, slotOf(parameter)),
    counts(shape, column, row, addresses),
    ...bound,
    best,
  ]);
}

/** Type of the SQL value of a key. */
export function sortType({ by }: TypeSortKey): 'text COLLATE "C"' | 'float8' | 'bigint' {
  if (by.kind === 'id') return 'text COLLATE "C"';
  if (by.kind !== 'index') return 'bigint';
  return by.shape === 'date' || by.shape === 'number' || by.shape === 'quantity' || by.shape === 'composite'
    ? 'float8'
    : 'text COLLATE "C"';
}

/**
 * The documents that come behind a position, by columns `k0`, `k1`, … and `rid`.
 * @param first keys before this one are alike
 */
export function behind(
  { values, rid }: Position,
  descending: readonly boolean[],
  reversed: boolean,
  first = 0,
): Fragment {
  let condition = fragment(`rid ${reversed ? '>' : '<'} ?`, rid);
  for (let index = values.length - 1; index >= first; index--) {
    const column = `k${index}`;
    const value = values[index]!;
    const same = value === null ? fragment(`${column} IS NULL`) : fragment(`${column} = ?`, value);
    condition = anyOf([keyBehind(column, value, descending[index]!, reversed), allOf([same, condition])]);
  }
  return condition;
}

/**
 * The same of `walkedRows`, which begin with those that are alike in the first key. A comparison that an index could be looked up
 * by would have the database gather all that follow, and sort them, rather than walk as far as the page goes.
 */
export function behindInWalk(
  position: Position,
  descending: readonly boolean[],
  reversed: boolean,
): Fragment {
  const [first] = position.values;
  if (first == null) return behind(position, descending, reversed);
  return anyOf([fragment('k0 <> ?', first), behind(position, descending, reversed, 1)]);
}

/** Missing values are last, and so first when the order is turned round. */
function keyBehind(column: string, value: SortValue, descending: boolean, reversed: boolean): Fragment {
  if (reversed) {
    if (value === null) return fragment(`${column} IS NOT NULL`);
    return fragment(`${column} ${descending ? '>' : '<'} ?`, value);
  }
  if (value === null) return FALSE;
  return fragment(`(${column} ${descending ? '<' : '>'} ? OR ${column} IS NULL)`, value);
}

/**
 * `ORDER BY` terms of the same order.
 * @param hasFirst no document is without a value for the first key: then an index is in this order either way
 */
export function orderTerms(descending: readonly boolean[], reversed: boolean, hasFirst = false): string {
  const terms = descending.map((down, index) => {
    const nulls = hasFirst && index === 0 ? '' : ` NULLS ${reversed ? 'FIRST' : 'LAST'}`;
    return `k${index} ${down === reversed ? 'ASC' : 'DESC'}${nulls}`;
  });
  return [...terms, `rid ${reversed ? 'ASC' : 'DESC'}`].join(', ');
}
