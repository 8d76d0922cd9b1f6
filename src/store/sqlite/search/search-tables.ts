/**
 * The tables that searches walk, alike in a master and in an overlay. Each is clustered by rid, which gives the values of
 * one document (for sorting, includes and conditions beside the one that leads the search) and lets an ingest append to it;
 * its indexes are in the order of the values and hold whole rows, so a page is a range of one of them.
 *
 * Dates and numbers share a table. Addresses (systems, bases, canonicals) and labels are kept once and numbered: they repeat by the thousand.
 */
export const INDEX_TABLES = `
CREATE TABLE IF NOT EXISTS system (number INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS label (number INTEGER PRIMARY KEY, folded TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS token (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, code TEXT NOT NULL, system INTEGER NOT NULL,
  PRIMARY KEY (rid, parameter, code, system)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token_text (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, label INTEGER NOT NULL,
  PRIMARY KEY (rid, parameter, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identifier (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, code TEXT NOT NULL, system INTEGER NOT NULL,
  PRIMARY KEY (rid, parameter, code, system)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS string (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, folded TEXT NOT NULL, exact TEXT NOT NULL,
  PRIMARY KEY (rid, parameter, folded, exact)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS range (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  PRIMARY KEY (rid, parameter, low, high)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quantity (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, code TEXT NOT NULL, system INTEGER NOT NULL,
  low REAL NOT NULL, high REAL NOT NULL, PRIMARY KEY (rid, parameter, code, system, low, high)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reference (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, id TEXT NOT NULL, type INTEGER NOT NULL,
  base INTEGER NOT NULL, version TEXT NOT NULL, PRIMARY KEY (rid, parameter, id, type, base, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uri (rid INTEGER NOT NULL, parameter INTEGER NOT NULL, uri INTEGER NOT NULL,
  PRIMARY KEY (rid, parameter, uri)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS composite (rid INTEGER NOT NULL, parameter INTEGER NOT NULL,
  key1 TEXT NOT NULL, key2 TEXT NOT NULL, key3 TEXT NOT NULL,
  low1 REAL NOT NULL, high1 REAL NOT NULL, low2 REAL NOT NULL, high2 REAL NOT NULL, low3 REAL NOT NULL, high3 REAL NOT NULL,
  PRIMARY KEY (rid, parameter, key1, key2, key3, low1, high1, low2, high2, low3, high3)) WITHOUT ROWID;
`;

/** Made when a generation is sealed, from sorted rows: one at a time into a growing file they would be made slowly. */
export const VALUE_INDEXES: readonly string[] = [
  'CREATE INDEX IF NOT EXISTS token_value ON token (parameter, code, system)',
  'CREATE INDEX IF NOT EXISTS token_text_label ON token_text (parameter, label)',
  'CREATE INDEX IF NOT EXISTS identifier_value ON identifier (parameter, code, system)',
  'CREATE INDEX IF NOT EXISTS string_value ON string (parameter, folded, rid DESC)',
  'CREATE INDEX IF NOT EXISTS range_low ON range (parameter, low, rid DESC)',
  'CREATE INDEX IF NOT EXISTS range_high ON range (parameter, high, rid)',
  'CREATE INDEX IF NOT EXISTS quantity_low ON quantity (parameter, code, system, low)',
  'CREATE INDEX IF NOT EXISTS quantity_high ON quantity (parameter, code, system, high)',
  'CREATE INDEX IF NOT EXISTS reference_target ON reference (parameter, id, type, rid)',
  'CREATE INDEX IF NOT EXISTS uri_value ON uri (parameter, uri)',
  'CREATE INDEX IF NOT EXISTS composite_value ON composite (parameter, key1, rid)',
];

/** Tables with the rows of documents. */
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

/** Number of columns behind `rid`. */
export const ROW_WIDTHS: Readonly<Record<RowTable, number>> = {
  token: 3,
  token_text: 2,
  identifier: 3,
  string: 3,
  range: 3,
  quantity: 5,
  reference: 5,
  uri: 2,
  composite: 10,
};

/** Between the parts of a composite's key: sorts below every character of a text. */
export const KEY_SEPARATOR = '\u0001';
export const AFTER_SEPARATOR = '\u0002';
