import type { ArmCriterion } from '../../search/arm-criterion.ts';
import { allOf, FALSE, type Fragment, fragment, joined, TRUE, wrapped } from '../../search/fragment.ts';
import type { VaryingKey } from './arm-keys.ts';
import type { ArmProfile } from './arm-profile.ts';
import type { ArmSearch } from './arm-search.ts';
import { CriterionConditions } from './criterion-condition.ts';
import { behind, orderTerms, walkBehind } from './keyset.ts';
import { inTime } from './search-functions.ts';
import type { SortWalk } from './sort-walk.ts';

type Place = Pick<ArmSearch, 'type' | 'after' | 'reversed' | 'limit' | 'also'>;

/**
 * SELECT of the documents that satisfy all parts and have a value for the first key, in order, with the values of all keys: along
 * the index of the first key, in several runs side by side where it has them. Undefined when there are none for certain.
 */
export function valuedRows(
  { type, after, reversed, limit, also }: Place,
  parts: readonly ArmCriterion[],
  keys: readonly VaryingKey[],
  walk: SortWalk,
  profile: ArmProfile,
): Fragment | undefined {
  const [first, ...others] = keys;
  const names = others.map(({ descending }, index) => ({
    sql: `k${index + 1}`,
    descending,
    nullable: true,
  }));
  const leading = { sql: 'k0', descending: first!.descending, nullable: false };
  const conditions = new CriterionConditions(profile);
  const where = allOf([
    fragment(inTime('x.rid')),
    ...parts.map((part) => conditions.of(part, 'x.rid', type)),
    also?.('x.rid') ?? TRUE,
    walk.only,
    walk.table === 'document' ? profile.live('x') : TRUE,
    ...(after === undefined
      ? []
      : walkBehind(walk, after, [{ ...leading, sql: walk.column }, ...names], reversed)),
  ]);
  if (where === FALSE) return undefined;
  const columns = others.flatMap((key, index) => [
    fragment(','),
    wrapped('', key.value('x.rid'), ` AS k${index + 1}`),
  ]);
  const selects = walk.runs.map((run) =>
    joined(
      [
        fragment(`SELECT x.rid AS rid, ${walk.column} AS k0`),
        ...columns,
        fragment(`FROM ${walk.table} x INDEXED BY ${walk.index} WHERE`),
        allOf([walk.where, run, where]),
      ],
      ' ',
    ),
  );
  if (selects.length === 0) return undefined;
  // SQLite merges selects of one order row by row, as far as the limit asks.
  const order = fragment(`ORDER BY ${orderTerms([leading, ...names], 'rid', reversed)} LIMIT ?`, limit);
  return joined([joined(selects, ' UNION ALL '), order], ' ');
}

/** SELECT of the documents that another one selects, sorted, with the values of the keys. */
export function sortedRows(
  { after, reversed, limit }: Place,
  matching: Fragment,
  keys: readonly VaryingKey[],
): Fragment {
  const columns = keys.flatMap((key, index) => [
    fragment(', '),
    wrapped('', key.value('m.rid'), ` AS k${index}`),
  ]);
  const names = keys.map(({ descending }, index) => ({ sql: `k${index}`, descending, nullable: true }));
  return joined(
    [
      // Materialized: values that are both compared and sorted by are looked up once.
      fragment('WITH valued AS MATERIALIZED (SELECT m.rid AS rid'),
      ...columns,
      wrapped('FROM (', matching, ') m) SELECT * FROM valued'),
      ...(after === undefined ? [] : [fragment('WHERE'), behind(after, names, 'rid', reversed)]),
      fragment(`ORDER BY ${orderTerms(names, 'rid', reversed)} LIMIT ?`, limit),
    ],
    ' ',
  );
}
