import { masterTables, SCHEMA } from './master-tables.ts';
import { INDEX_COLUMNS } from './search/value-columns.ts';
import type { Statement } from './statement.ts';

/** Columns of `tenant_document` that a version is made of, in the order that every reader knows. */
export const VERSION = 'd.type, d.id, d.version, d.last_updated, d.method, d.reviewed_at, d.json';

const DOCUMENT = `${SCHEMA}.tenant_document`;

/** What the tenant has made of one document; no row where it has changed nothing. tenant, type, id */
export const OVERLAY_READ: Statement = {
  name: 'overlay_read',
  text: `SELECT d.version, d.last_updated, d.method, d.reviewed_at, d.json FROM ${DOCUMENT} d
    WHERE d.tenant_id = $1 AND d.type = $2 AND d.id = $3`,
};

/** One former version. tenant, type, id, version */
export const FORMER_VERSION: Statement = {
  name: 'former_version',
  text: `SELECT d.type, d.id, d.version, d.last_updated, d.method, d.reviewed_at, d.json
    FROM ${SCHEMA}.tenant_history d
    WHERE d.tenant_id = $1 AND d.type = $2 AND d.id = $3 AND d.version = $4`,
};

/** What the tenant has made of several documents of one type. tenant, type, ids */
export const OVERLAY_ROWS: Statement = {
  name: 'overlay_rows',
  text: `SELECT d.rid, d.replaces, d.first_rid, d.is_new, ${VERSION} FROM ${DOCUMENT} d
    WHERE d.tenant_id = $1 AND d.type = $2 AND d.id = ANY($3::text[])`,
};

/**
 * True, or an error where the transaction names no tenant: for statements that could be answered from the master alone
 * without looking at a row of the tenant.
 */
export const TENANT_IS_NAMED = `$1 = ${SCHEMA}.app_tenant()`;

/**
 * Ends a subquery that looks one row up by its key: it is then planned by itself and not as a join, whose plan would be a
 * matter of statistics.
 */
export const ROW_BY_ROW = 'OFFSET 0';

/** Statements that read one generation's documents as well. */
export interface GenerationStatements {
  /** The overlay's columns, then `master`: the text in the master where the tenant has changed nothing. */
  readonly read: Statement;
  /** Master rows of a type that the tenant has not changed: rid, id, json. tenant, type, ids */
  readonly untouchedRows: Statement;
  /** What master documents are found by. type, ids */
  readonly values: Statement;
}

/** A key row, so that there is always one row, joined with the tenant's row and the master's. */
export function generationStatements(generation: number): GenerationStatements {
  const { document, indexValue } = masterTables(generation);
  return {
    read: {
      name: `read_g${generation}`,
      text: `SELECT d.version, d.last_updated, d.method, d.reviewed_at, d.json, m.json AS master
        FROM (SELECT $1::bigint AS tenant_id, $2::smallint AS type, $3::text AS id) k
        LEFT JOIN ${DOCUMENT} d ON d.tenant_id = k.tenant_id AND d.tenant_id = $1 AND d.type = k.type AND d.id = k.id
        LEFT JOIN ${document} m ON m.type = k.type AND m.id = k.id AND d.version IS NULL
        WHERE ${TENANT_IS_NAMED}`,
    },
    values: {
      name: `values_g${generation}`,
      text: `SELECT ${INDEX_COLUMNS.map(([name]) => `v.${name}`).join(', ')} FROM ${document} m
        JOIN ${indexValue} v ON v.rid = m.rid WHERE m.type = $1 AND m.id = ANY($2::text[])`,
    },
    untouchedRows: {
      name: `untouched_rows_g${generation}`,
      text: `SELECT m.rid, m.id, m.json FROM ${document} m
        WHERE ${TENANT_IS_NAMED} AND m.type = $2 AND m.id = ANY($3::text[]) AND NOT EXISTS (
          SELECT FROM ${DOCUMENT} d WHERE d.tenant_id = $1 AND d.type = $2 AND d.id = m.id ${ROW_BY_ROW})`,
    },
  };
}
