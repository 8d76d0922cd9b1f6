import { createValueIndexes, INDEX_COLUMNS_SQL, keyOfValues } from './search/value-columns.ts';

/**
 * Names and shapes that the whole engine agrees on: one schema for the installation, one more per generation of the
 * master. A generation's tables are filled out of sight, indexed when it is sealed, never changed afterwards, and
 * dropped with their schema when it is pruned.
 */

/** Schema of the installation: registry, overlays, settings. */
export const SCHEMA = 'warmfhir';

/** The role that serves: no superuser, owns nothing, subject to row-level security. */
export const APP_ROLE = 'warmfhir_app';

/** Tables of one sealed generation. On Citus they are reference tables. */
export interface MasterTables {
  readonly schema: string;
  /** `(rid bigint, type smallint, id text COLLATE "C", json text)`, one row per document; type is its code. */
  readonly document: string;
  /** What documents are found by, see `INDEX_COLUMNS`. */
  readonly indexValue: string;
  /** `(type smallint, documents bigint)`. */
  readonly typeCount: string;
}

/** Qualified names of a generation's tables, safe to be put into a statement. */
export function masterTables(generation: number): MasterTables {
  const schema = `${SCHEMA}_g${Math.trunc(generation)}`;
  return {
    schema,
    document: `${schema}.document`,
    indexValue: `${schema}.index_value`,
    typeCount: `${schema}.type_count`,
  };
}

/** Makes a generation's schema and its tables without indexes, for the owner. A build may add columns and tables. */
export function createMasterTables(generation: number): readonly string[] {
  const { schema, document, indexValue, typeCount } = masterTables(generation);
  return [
    `CREATE SCHEMA ${schema}`,
    `CREATE TABLE ${document} (
       rid bigint NOT NULL, type smallint NOT NULL, id text COLLATE "C" NOT NULL, json text NOT NULL)`,
    `CREATE TABLE ${indexValue} (${INDEX_COLUMNS_SQL})`,
    `CREATE TABLE ${typeCount} (type smallint PRIMARY KEY, documents bigint NOT NULL)`,
  ];
}

/** What reads and searches walk, once the documents are in; each can be made beside the others. */
export function indexMasterTables(generation: number): readonly string[] {
  const { document, indexValue } = masterTables(generation);
  return [
    ...createValueIndexes(indexValue, ''),
    `CREATE UNIQUE INDEX IF NOT EXISTS document_rid ON ${document} (rid)`,
    `CREATE UNIQUE INDEX IF NOT EXISTS document_type_rid ON ${document} (type, rid)`,
  ];
}

/** The keys. The last fails while two documents have the same one. */
export function keyMasterTables(generation: number): readonly [values: string, documents: string] {
  const { document, indexValue } = masterTables(generation);
  return [
    keyOfValues(indexValue),
    `ALTER TABLE ${document} ADD CONSTRAINT document_key PRIMARY KEY (type, id)`,
  ];
}

/** What sealing adds to an indexed generation: its counts, and the right to read for those who serve. */
export function sealMasterTables(generation: number): readonly string[] {
  const { schema, document, typeCount } = masterTables(generation);
  return [
    `INSERT INTO ${typeCount} SELECT type, count(*) FROM ${document} GROUP BY type`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${APP_ROLE}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${APP_ROLE}`,
  ];
}

/** On Citus, before the generation is sealed: every node gets a copy. */
export function distributeMasterTables(generation: number): readonly string[] {
  const { document, indexValue, typeCount } = masterTables(generation);
  return [document, indexValue, typeCount].map((table) => `SELECT create_reference_table('${table}')`);
}

/** Deletes a generation, sealed or not. */
export function dropMasterTables(generation: number): string {
  return `DROP SCHEMA IF EXISTS ${masterTables(generation).schema} CASCADE`;
}
