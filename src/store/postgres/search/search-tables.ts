/**
 * The tables that searches walk, of a generation in its own schema. Their columns are those of the embedded engine, so that
 * the same conditions hold for both, with three differences:
 *
 * - A system, base, canonical address or label stands as its `textNumber`, which is computed and not looked up; `system` and
 *   `label` say what the numbers stand for. 0 is none.
 * - `string.start` is what an index can hold of the folded text: `startOf`. `folded` and `exact` are NULL where they are no
 *   other than `start`.
 * - Codes and ids that an index could not hold are kept as `shortened`.
 *
 * Rows of one document are numbered by `n` within each table; its values are found by (rid, parameter).
 */
export const ROW_TABLES = [
  'token',
  'token_text',
  'identifier',
  'string',
  'range',
  'quantity',
  'reference',
  'uri',
  'composite',
] as const;

export type RowTable = (typeof ROW_TABLES)[number];

/** Texts by number. */
export const TEXT_TABLES = ['system', 'label'] as const;

export type TextTable = (typeof TEXT_TABLES)[number];

export type ColumnType = 'bigint' | 'integer' | 'smallint' | 'double precision' | 'text';

/** Columns behind `rid` and `n`, in order. */
export const ROW_COLUMNS: Readonly<Record<RowTable, Readonly<Record<string, ColumnType>>>> = {
  token: { parameter: 'integer', code: 'text', system: 'bigint' },
  token_text: { parameter: 'integer', label: 'bigint' },
  identifier: { parameter: 'integer', code: 'text', system: 'bigint' },
  string: { parameter: 'integer', start: 'text', folded: 'text', exact: 'text' },
  range: { parameter: 'integer', low: 'double precision', high: 'double precision' },
  quantity: {
    parameter: 'integer',
    code: 'text',
    system: 'bigint',
    low: 'double precision',
    high: 'double precision',
  },
  reference: { parameter: 'integer', id: 'text', type: 'smallint', base: 'bigint', version: 'text' },
  uri: { parameter: 'integer', uri: 'bigint' },
  composite: {
    parameter: 'integer',
    ...{ key1: 'text', key2: 'text', key3: 'text' },
    ...{ low1: 'double precision', high1: 'double precision' },
    ...{ low2: 'double precision', high2: 'double precision' },
    ...{ low3: 'double precision', high3: 'double precision' },
  },
};

/** Columns of a table with the text that each number stands for. */
export const TEXT_COLUMNS: Readonly<Record<TextTable, string>> = { system: 'uri', label: 'folded' };

/** Columns that may be NULL. */
const NULLABLE = new Set(['string.folded', 'string.exact']);

/** The order of values in which a search walks each table, by the name of the index. */
export const VALUE_INDEXES: Readonly<Record<string, readonly [table: RowTable, columns: string]>> = {
  token_value: ['token', 'parameter, code, system, rid'],
  token_text_label: ['token_text', 'parameter, label, rid'],
  identifier_value: ['identifier', 'parameter, code, system, rid'],
  string_value: ['string', 'parameter, start, rid'],
  range_low: ['range', 'parameter, low, rid'],
  range_high: ['range', 'parameter, high, rid'],
  quantity_low: ['quantity', 'parameter, code, system, low, rid'],
  quantity_high: ['quantity', 'parameter, code, system, high, rid'],
  reference_target: ['reference', 'parameter, id, type, rid'],
  uri_value: ['uri', 'parameter, uri, rid'],
  composite_value: ['composite', 'parameter, key1, key2, rid'],
};

/**
 * The definition of a column list, for tables of a generation and, led by `tenant_id`, for those of tenants.
 */
export function rowColumns(table: RowTable): string {
  const columns = Object.entries(ROW_COLUMNS[table]).map(([name, type]) => {
    const collation = type === 'text' ? ' COLLATE "C"' : '';
    return `${name} ${type}${collation}${NULLABLE.has(`${table}.${name}`) ? '' : ' NOT NULL'}`;
  });
  return `rid bigint NOT NULL, n smallint NOT NULL, ${columns.join(', ')}`;
}

/** All tables of a generation that are about searches. */
export function indexTables(schema: string): readonly string[] {
  return [...ROW_TABLES, ...TEXT_TABLES].map((table) => `${schema}.${table}`);
}

/** Makes the tables without keys. */
export function createIndexTables(schema: string): readonly string[] {
  return [
    ...ROW_TABLES.map((table) => `CREATE TABLE ${schema}.${table} (${rowColumns(table)})`),
    ...TEXT_TABLES.map(
      (table) =>
        `CREATE TABLE ${schema}.${table} (number bigint NOT NULL, ${TEXT_COLUMNS[table]} text COLLATE "C" NOT NULL)`,
    ),
  ];
}

/** What finds the rows of a document; each can be made beside the others. */
export function rowIndexes(schema: string): readonly string[] {
  return ROW_TABLES.map(
    (table) => `CREATE UNIQUE INDEX IF NOT EXISTS ${table}_row ON ${schema}.${table} (rid, parameter, n)`,
  );
}

/** Makes those the keys of their tables, and keeps each text once. */
export function keyIndexTables(schema: string): readonly string[] {
  return [
    ...ROW_TABLES.map((table) => `ALTER TABLE ${schema}.${table} ADD PRIMARY KEY USING INDEX ${table}_row`),
    ...TEXT_TABLES.flatMap((table) => [
      `DELETE FROM ${schema}.${table} a USING ${schema}.${table} b WHERE a.number = b.number AND a.ctid > b.ctid`,
      `ALTER TABLE ${schema}.${table} ADD PRIMARY KEY (number)`,
    ]),
  ];
}

/** What searches walk, made when everything is in. */
export function valueIndexes(schema: string): readonly string[] {
  return Object.entries(VALUE_INDEXES).map(
    ([name, [table, columns]]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${schema}.${table} (${columns})`,
  );
}
