import type { Shape, Test } from '../../../fhir/search/criterion.ts';

/**
 * What documents are found by: one table for the values of all parameters, in the master and, led by `tenant_id`, in the
 * overlays. A row uses the columns of its shape and leaves the others empty, which costs nothing; every kind of look-up
 * has a partial index of its own.
 *
 * - `slot`: the parameter and which of its values, see `slotOf`; `ordinal`: number of the row in its document
 * - `repetition`: which repetition of a composite the part belongs to
 * - `system`, `base`: numbers of addresses, see `addressNumber`
 * - `folded`: at most `LONGEST_KEY` characters; `whole` is the text where that is not all of it
 * - `exact`: '' where it is like `folded`
 */
export const INDEX_COLUMNS = [
  ['rid', 'bigint'],
  ['slot', 'integer'],
  ['ordinal', 'integer'],
  ['repetition', 'integer'],
  ['low', 'float8'],
  ['high', 'float8'],
  ['system', 'bigint'],
  ['base', 'bigint'],
  ['type', 'smallint'],
  ['code', 'text'],
  ['folded', 'text'],
  ['exact', 'text'],
  ['whole', 'text'],
  ['id', 'text'],
  ['version', 'text'],
  ['uri', 'text'],
  ['label', 'text'],
] as const;

export const INDEX_COLUMN_NAMES = INDEX_COLUMNS.map(([name]) => name).join(', ');

/** A row as values in the order of its columns. */
export type IndexRow = readonly (string | number | null)[];

/** Columns for CREATE TABLE. */
export const INDEX_COLUMNS_SQL = INDEX_COLUMNS.map(([name, type], index) => {
  const collation = type === 'text' ? ' COLLATE "C"' : '';
  return `${name} ${type}${collation}${index < 3 ? ' NOT NULL' : ''}`;
}).join(', ');

/**
 * Ways to look values up: what each index is over behind the slot. Sorts go along them, and ties are newest first: so rids descend where
 * values are walked upwards, and ascend where they are walked downwards, from the end.
 */
const LOOK_UPS = {
  code: 'code, rid DESC, system',
  folded: 'folded, rid DESC',
  low: 'low, rid DESC',
  high: 'high, rid',
  id: 'id, rid DESC, type, base',
  uri: 'uri, rid DESC',
} as const;

/**
 * Indexes of a table of values; each can be made beside the others. The first is what `keyOfValues` is made of.
 * @param lead `tenant_id, ` for the overlays', '' for a master's
 */
export function createValueIndexes(table: string, lead: string): readonly string[] {
  const name = nameOf(table);
  return [
    `CREATE UNIQUE INDEX IF NOT EXISTS ${name}_key ON ${table} (${lead}rid, slot, ordinal)`,
    ...Object.entries(LOOK_UPS).map(
      ([column, rest]) =>
        `CREATE INDEX IF NOT EXISTS ${name}_${column} ON ${table} (${lead}slot, ${rest}) WHERE ${column} IS NOT NULL`,
    ),
  ];
}

/** Gives a table of values its primary key. */
export function keyOfValues(table: string): string {
  const key = `${nameOf(table)}_key`;
  return `ALTER TABLE ${table} ADD CONSTRAINT ${key} PRIMARY KEY USING INDEX ${key}`;
}

function nameOf(table: string): string {
  return table.slice(table.lastIndexOf('.') + 1);
}

/** Which values of a parameter a row is one of. */
const SLOTS = { value: 0, identifier: 1, text: 2, part: 3 } as const;
const SLOTS_PER_PARAMETER = 8;

/** @param part of a composite, from 0 */
export function slotOf(parameter: number, of: keyof typeof SLOTS = 'value', part = 0): number {
  return parameter * SLOTS_PER_PARAMETER + SLOTS[of] + part;
}

/** The slot whose rows a test is put to. */
export function slotOfTest(parameter: number, test: Test): number {
  if (test.kind === 'token-text') return slotOf(parameter, 'text');
  return slotOf(parameter, test.kind === 'identifier' ? 'identifier' : 'value');
}

/** The slot that has a row whenever a document has a value of this shape. */
export function slotOfShape(parameter: number, shape: Shape): number {
  return slotOf(parameter, shape === 'composite' ? 'part' : 'value');
}
