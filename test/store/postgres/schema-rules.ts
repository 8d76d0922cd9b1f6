import type { Client } from 'pg';
import { isTenantTable } from './statement-rules.ts';

interface TableRow {
  readonly schema: string;
  readonly name: string;
  readonly secured: boolean;
  /** First columns of its primary key, unique indexes and foreign keys. */
  readonly leads: readonly string[];
  readonly keyed: boolean;
  readonly triggers: readonly string[];
}

const TABLES = `
SELECT n.nspname AS schema, c.relname AS name, c.relrowsecurity AS secured,
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS keyed,
  ARRAY(
    SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = c.oid AND i.indisunique
    UNION ALL
    SELECT a.attname::text FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
      WHERE k.conrelid = c.oid AND k.contype = 'f') AS leads,
  ARRAY(SELECT t.tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname LIKE 'warmfhir%' AND c.relkind IN ('r', 'p') ORDER BY 1, 2`;

/**
 * What the tables of a database break of the rules that let them be distributed by `tenant_id`; empty when nothing.
 *
 * @returns with the number of tables that were looked at
 */
export async function schemaViolations(
  client: Client,
): Promise<{ readonly tables: number; readonly found: readonly string[] }> {
  const { rows } = await client.query<TableRow>(TABLES);
  const found = rows.flatMap(({ schema, name, keyed, leads, secured, triggers }) => [
    ...(keyed ? [] : [`${schema}.${name} has no primary key`]),
    ...triggers.map((trigger) => `${schema}.${name} has the trigger ${trigger}`),
    ...(isTenantTable(name)
      ? [
          ...(secured ? [] : [`${schema}.${name} has no row-level security`]),
          ...leads
            .filter((lead) => lead !== 'tenant_id')
            .map((lead) => `a key of ${schema}.${name} begins with ${lead}`),
        ]
      : []),
  ]);
  return { tables: rows.length, found };
}
