import { allOf, anyOf, FALSE, type Fragment, fragment, TRUE } from '../../search/fragment.ts';
import type { SortValue } from '../../search/position.ts';
import type { ArmPosition } from './arm-position.ts';
import type { SortWalk } from './sort-walk.ts';

/** The documents that come behind a position. `keys` is SQL for the sort keys, `rid` for the rid. */
export function behind(
  position: ArmPosition,
  keys: readonly { readonly sql: string; readonly descending: boolean }[],
  rid: string,
  reversed: boolean,
): Fragment {
  let condition = fragment(reversed ? `${rid} > ?` : `${rid} < ?`, position.rid);
  if (position.ties !== undefined) condition = position.ties === 'behind' ? TRUE : FALSE;
  for (let index = position.values.length - 1; index >= 0; index--) {
    const { sql, descending } = keys[index]!;
    const value = position.values[index]!;
    condition = anyOf([
      keyBehind(sql, value, descending, reversed),
      allOf([fragment(`${sql} IS ?`, value), condition]),
    ]);
  }
  return condition;
}

/**
 * The same along an index. Where both terms of the order go the same way, a comparison of both at once is a range of the index
 * by itself.
 */
export function walkBehind(
  walk: SortWalk,
  after: ArmPosition,
  names: readonly { readonly sql: string; readonly descending: boolean }[],
  reversed: boolean,
): readonly Fragment[] {
  const value = after.values[0] as string | number;
  if (names.length === 1 && names[0]!.descending && after.ties === undefined) {
    return [fragment(`(${walk.column}, x.rid) ${reversed ? '>' : '<'} (?, ?)`, value, after.rid)];
  }
  return [walk.bound(value), behind(after, names, 'x.rid', reversed)];
}

/** Missing values are last, and so first when the order is turned round. */
function keyBehind(sql: string, value: SortValue, descending: boolean, reversed: boolean): Fragment {
  if (reversed) {
    if (value === null) return fragment(`${sql} IS NOT NULL`);
    return fragment(`${sql} ${descending ? '>' : '<'} ?`, value);
  }
  if (value === null) return FALSE;
  return fragment(`(${sql} ${descending ? '<' : '>'} ? OR ${sql} IS NULL)`, value);
}

/** `ORDER BY` terms of the same order. */
export function orderTerms(
  keys: readonly { readonly sql: string; readonly descending: boolean; readonly nullable: boolean }[],
  rid: string,
  reversed: boolean,
): string {
  const terms = keys.map(({ sql, descending, nullable }) => {
    const direction = descending === reversed ? 'ASC' : 'DESC';
    return `${sql} ${direction}${nullable ? ` NULLS ${reversed ? 'FIRST' : 'LAST'}` : ''}`;
  });
  return [...terms, `${rid} ${reversed ? 'ASC' : 'DESC'}`].join(', ');
}
