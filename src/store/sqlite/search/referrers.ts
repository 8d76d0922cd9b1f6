import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { RefersCriterion } from '../../search/arm-criterion.ts';
import { type Fragment, fragment } from '../../search/fragment.ts';
import type { ArmPosition } from './arm-position.ts';

/**
 * SELECT of the first documents that refer to some: of each of these no more than a page can take, where all of them together
 * may be many.
 */
export function firstReferrers(
  { parameter, type, ids }: RefersCriterion,
  page: { readonly after?: ArmPosition | undefined; readonly reversed: boolean; readonly limit: number },
): Fragment {
  const { after, reversed, limit } = page;
  const bound = (row: string) => (after === undefined ? '' : ` AND ${row}.rid ${reversed ? '>' : '<'} ?`);
  const bounds = after === undefined ? [] : [after.rid];
  const code = resourceTypeCode(type);
  return fragment(
    `SELECT DISTINCT x.rid AS rid FROM json_each(?) j CROSS JOIN reference x INDEXED BY reference_target
     WHERE x.parameter = ? AND x.id = j.value AND x.type = ? AND x.base = 0${bound('x')} AND x.rid ${reversed ? '<=' : '>='}
     coalesce((SELECT y.rid FROM reference y INDEXED BY reference_target
       WHERE y.parameter = ? AND y.id = j.value AND y.type = ? AND y.base = 0${bound('y')}
       ORDER BY y.rid ${reversed ? 'ASC' : 'DESC'} LIMIT 1 OFFSET ?), ${reversed ? Number.MAX_SAFE_INTEGER : 0})`,
    JSON.stringify(ids),
    ...[parameter, code, ...bounds],
    ...[parameter, code, ...bounds, limit],
  );
}
