import { SCHEMA } from './master-tables.ts';
import { INDEX_COLUMNS } from './search/value-columns.ts';
import type { Call, Statement } from './statement.ts';

/** Overlay rids count from here, so that newest first is rid descending over both arms. */
export const FIRST_OVERLAY_RID = 2 ** 40;

/**
 * Takes the tenant's lock, which lasts until the transaction ends, and as many rids as it may need: so writers of a
 * tenant follow one another, on whichever node. The row stays behind for good when the tenant is erased, and says so.
 * tenant, rids, first rid of all
 */
export const TAKE_RIDS: Statement = {
  name: 'take_rids',
  text: `INSERT INTO ${SCHEMA}.tenant_overlay AS o (tenant_id, next_rid) VALUES ($1, $3::bigint + $2::bigint)
    ON CONFLICT (tenant_id) DO UPDATE SET next_rid = o.next_rid + $2::bigint
    RETURNING o.next_rid - $2::bigint AS rid, o.erased`,
};

/** Marks a tenant's number as erased, after every write that came before, and before every one that comes. tenant */
export const MARK_ERASED: Statement = {
  name: 'mark_erased',
  text: `INSERT INTO ${SCHEMA}.tenant_overlay (tenant_id, next_rid, erased) VALUES ($1, 0, true)
    ON CONFLICT (tenant_id) DO UPDATE SET erased = true`,
};

/** Rows that one statement of an erasure deletes, so that it ends in time. */
export const ERASE_ROWS = 2_000;

/** Delete a part of what a tenant has changed. tenant, rows */
export const ERASE: readonly Statement[] = [
  ['tenant_document', 'type, id'],
  ['tenant_history', 'type, id, version'],
  ['tenant_shadow', 'type, master_rid'],
  ['tenant_search', 'hash'],
  ['tenant_index_value', 'rid, slot, ordinal'],
].map(([table, key]) => ({
  name: `erase_${table}`,
  text: `DELETE FROM ${SCHEMA}.${table} d WHERE d.tenant_id = $1 AND (${key}) IN (
    SELECT ${key} FROM ${SCHEMA}.${table} e WHERE e.tenant_id = $1 LIMIT $2::bigint)`,
}));

/** A table and what a write puts into it: several rows at once, in statements of a few sizes. */
export interface RowWriter {
  readonly columns: readonly string[];
  readonly statements: ReadonlyMap<number, Statement>;
}

/** Rows of one statement, largest first; what is left over takes the next smaller ones. */
const SIZES = [256, 64, 16, 4, 1] as const;

export const DOCUMENT_ROWS = rowWriter(
  'tenant_document',
  [
    'tenant_id bigint',
    'type smallint',
    'id text',
    'rid bigint',
    'version bigint',
    'last_updated bigint',
    'method text',
    'is_new boolean',
    'reviewed_at bigint',
    'replaces bigint',
    'first_rid bigint',
    'json text',
  ],
  ` ON CONFLICT (tenant_id, type, id) DO UPDATE SET rid = excluded.rid, version = excluded.version,
    last_updated = excluded.last_updated, method = excluded.method, is_new = excluded.is_new, reviewed_at = excluded.reviewed_at,
    json = excluded.json`,
);

export const HISTORY_ROWS = rowWriter('tenant_history', [
  'tenant_id bigint',
  'type smallint',
  'id text',
  'version bigint',
  'last_updated bigint',
  'method text',
  'is_new boolean',
  'reviewed_at bigint',
  'json text',
  'copied boolean',
  'replaced_at bigint',
]);

export const SHADOW_ROWS = rowWriter('tenant_shadow', [
  'tenant_id bigint',
  'type smallint',
  'master_rid bigint',
]);

/** What documents are found by; beside the tenant the columns are those of every such table. */
export const VALUE_ROWS = rowWriter('tenant_index_value', [
  'tenant_id bigint',
  ...INDEX_COLUMNS.map(([name, type]) => `${name} ${type}`),
]);

/** Documents are found by nothing any more. tenant, rids */
export const FORGET_VALUES: Statement = {
  name: 'forget_values',
  text: `DELETE FROM ${SCHEMA}.tenant_index_value d WHERE d.tenant_id = $1 AND d.rid = ANY ($2::bigint[])`,
};

/** A document has another rid, and is found by the same. tenant, rid before, rid now */
export const MOVE_VALUES: Statement = {
  name: 'move_values',
  text: `UPDATE ${SCHEMA}.tenant_index_value d SET rid = $3::bigint WHERE d.tenant_id = $1 AND d.rid = $2::bigint`,
};

/** The statements that put these rows into the table. */
export function rowCalls(writer: RowWriter, rows: readonly (readonly unknown[])[]): Call[] {
  const calls: Call[] = [];
  let from = 0;
  for (const size of SIZES) {
    while (rows.length - from >= size) {
      calls.push({ statement: writer.statements.get(size)!, values: rows.slice(from, from + size).flat() });
      from += size;
    }
  }
  return calls;
}

/** @param columns name and type of each */
function rowWriter(table: string, columns: readonly string[], suffix = ''): RowWriter {
  const fields = columns.map((column) => column.split(' ') as [string, string]);
  const names = fields.map(([name]) => name);
  const statement = (size: number): Statement => {
    const rows = Array.from({ length: size }, (_, row) => {
      const values = fields.map(([, type], column) => `$${row * fields.length + column + 1}::${type}`);
      return `(${values.join(', ')})`;
    });
    return {
      name: `${table}_${size}`,
      text: `INSERT INTO ${SCHEMA}.${table} (${names.join(', ')}) VALUES ${rows.join(', ')}${suffix}`,
    };
  };
  return { columns: names, statements: new Map(SIZES.map((size) => [size, statement(size)])) };
}
