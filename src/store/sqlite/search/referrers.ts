import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { RefersCriterion } from '../../search/arm-criterion.ts';
import type { ArmFile } from './arm-file.ts';
import type { ArmPosition } from './arm-position.ts';

/**
 * The first rids, in order, of the documents that refer to some others. Those that refer to one of these come by rid in the
 * index, so only where each begins is looked up, and as many are read as may still be among the first.
 */
export function firstReferrers(
  file: Pick<ArmFile, 'rows'>,
  { parameter, type, ids }: RefersCriterion,
  page: { readonly after?: ArmPosition | undefined; readonly reversed: boolean; readonly limit: number },
): number[] {
  const { after, reversed, limit } = page;
  const code = resourceTypeCode(type);
  const order = reversed ? 'ASC' : 'DESC';
  const isBefore = (a: number, b: number) => (reversed ? a < b : a > b);
  const of = (id: string) =>
    `FROM reference x INDEXED BY reference_target WHERE x.parameter = ? AND x.id = ${id} AND x.type = ? AND x.base = 0`;
  const behind = `AND x.rid ${reversed ? '>' : '<'} ?`;
  const ahead = `AND x.rid ${reversed ? '<' : '>'} ?`;
  const from = after?.rid ?? (reversed ? -1 : Number.MAX_SAFE_INTEGER);
  const heads = file.rows(
    `SELECT j.value, (SELECT x.rid ${of('j.value')} ${behind} ORDER BY x.rid ${order} LIMIT 1) FROM json_each(?) j`,
    [parameter, code, from, JSON.stringify(ids)],
  ) as [id: string, rid: number | null][];
  const begins = heads.filter((head): head is [string, number] => head[1] !== null);
  begins.sort(([, a], [, b]) => (isBefore(a, b) ? -1 : 1));
  const next = `SELECT DISTINCT x.rid ${of('?')} ${behind} ${ahead} ORDER BY x.rid ${order} LIMIT ?`;
  let found: number[] = [];
  for (const [id, first] of begins) {
    const last = found[limit - 1];
    if (last !== undefined && !isBefore(first, last)) break;
    const until = last ?? (reversed ? Number.MAX_SAFE_INTEGER : -1);
    const rows = file.rows(next, [parameter, id, code, from, until, limit]);
    const both = new Set([...found, ...rows.map(([rid]) => rid as number)]);
    found = [...both].sort((a, b) => (isBefore(a, b) ? -1 : 1)).slice(0, limit);
  }
  return found;
}
