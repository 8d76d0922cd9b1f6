import { allOf, type Fragment, fragment, joined, wrapped } from '../../search/fragment.ts';
import type { SearchArm } from './search-arm.ts';
import type { Arms, SearchCondition } from './search-condition.ts';
import { textArray } from './text-array.ts';
import { slotOf } from './value-columns.ts';

/** The columns of a document that was found by its reference. */
const COLUMNS = `d.rid AS own_rid, m.rid AS master_rid, k.type, k.id, d.version, d.last_updated, d.reviewed_at,
  coalesce(d.json, m.json) AS json`;

/** Rids as an array literal. */
export function ridArray(rids: readonly number[]): string {
  return `{${rids.join(',')}}`;
}

function slotArray(parameters: readonly number[]): string {
  return ridArray(parameters.map((parameter) => slotOf(parameter)));
}

/** Documents that the references of some parameters lead to, from the documents of these rids; of either arm. */
export function referencedDocuments(
  { overlay, master }: Arms,
  rids: readonly number[],
  parameters: readonly number[],
  limit: number,
): Fragment {
  const from = (arm: SearchArm) =>
    joined(
      [
        fragment(`SELECT r.type, r.id FROM ${arm.values} r WHERE`),
        allOf([
          arm.of('r'),
          fragment('r.rid = ANY (?::bigint[])', ridArray(rids)),
          fragment('r.slot = ANY (?::int[])', slotArray(parameters)),
          fragment('r.base = 0 AND r.type > 0'),
        ]),
      ],
      ' ',
    );
  return joined(
    [
      fragment(`SELECT ${COLUMNS} FROM (`),
      from(overlay),
      fragment('UNION'),
      from(master),
      wrapped(
        `) k LEFT JOIN ${overlay.document} d ON `,
        overlay.of('d'),
        ' AND d.type = k.type AND d.id = k.id',
      ),
      fragment(`LEFT JOIN ${master.document} m ON m.type = k.type AND m.id = k.id AND d.rid IS NULL`),
      fragment('WHERE d.json IS NOT NULL OR m.rid IS NOT NULL ORDER BY k.type, k.id LIMIT ?', limit),
    ],
    ' ',
  );
}

/** A document by its address. */
export interface DocumentKey {
  /** Code of the type. */
  readonly type: number;
  readonly id: string;
}

/** Documents of a type that refer to some of these by a parameter; of either arm. */
export function referringDocuments(
  arms: Arms,
  condition: SearchCondition,
  source: { readonly type: string; readonly code: number; readonly parameters: readonly number[] },
  keys: readonly DocumentKey[],
  limit: number,
): Fragment {
  const { overlay, master } = arms;
  const types = ridArray(keys.map(({ type }) => type));
  const from = (arm: SearchArm, visible: readonly Fragment[]) =>
    joined(
      [
        fragment(
          `SELECT ${arm.own} AS own, r.rid FROM unnest(?::smallint[], ?::text[]) AS t (type, id)`,
          types,
          textArray(keys.map(({ id }) => id)),
        ),
        fragment(`JOIN ${arm.values} r ON r.id = t.id AND r.type = t.type AND r.base = 0 WHERE`),
        allOf([
          arm.of('r'),
          fragment('r.slot = ANY (?::int[]) AND r.id IS NOT NULL', slotArray(source.parameters)),
          ...visible,
        ]),
      ],
      ' ',
    );
  return joined(
    [
      fragment(`SELECT d.rid AS own_rid, m.rid AS master_rid, ${source.code}::smallint AS type, coalesce(d.id, m.id) AS id,
        d.version, d.last_updated, d.reviewed_at, coalesce(d.json, m.json) AS json FROM (`),
      from(overlay, []),
      fragment('UNION'),
      from(master, [condition.unshadowed('r.rid', source.type)]),
      wrapped(
        `) f LEFT JOIN ${overlay.document} d ON f.own AND `,
        overlay.of('d'),
        ` AND d.type = ${source.code} AND d.rid = f.rid AND d.json IS NOT NULL`,
      ),
      fragment(`LEFT JOIN ${master.document} m ON NOT f.own AND m.rid = f.rid`),
      fragment('ORDER BY f.rid DESC LIMIT ?', limit),
    ],
    ' ',
  );
}
