import { CopyBuffer } from '../copy-buffer.ts';
import { copyIn } from '../copy-in.ts';
import type { Queryable } from '../owner.ts';
import type { RowBatch } from './row-batch.ts';
import { ROW_COLUMNS, ROW_TABLES, TEXT_COLUMNS, TEXT_TABLES } from './search-tables.ts';
import { storable } from './text-number.ts';

/**
 * Puts index rows into the tables of a schema, in the transaction of `client`.
 * @param keyed whether the tables have their keys already: then a text that is there is passed over
 */
export async function loadIndex(
  client: Queryable,
  schema: string,
  batch: RowBatch,
  keyed: boolean,
): Promise<void> {
  for (const table of ROW_TABLES) {
    const columns = ['rid', 'n', ...Object.keys(ROW_COLUMNS[table])].join(', ');
    await copyIn(client, `${schema}.${table} (${columns})`, batch.rows[table]);
  }
  for (const table of TEXT_TABLES) {
    const texts = batch.texts[table];
    const target = `${schema}.${table} (number, ${TEXT_COLUMNS[table]})`;
    if (keyed && texts.size > 0) {
      await client.query(
        `INSERT INTO ${target} SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT (number) DO NOTHING`,
        [[...texts.values()], [...texts.keys()].map(storable)],
      );
    } else {
      const rows = new CopyBuffer();
      for (const [text, number] of texts) rows.row(2).bigint(number).text(storable(text));
      await copyIn(client, target, rows);
    }
  }
}

/** Removes the index rows of documents. */
export async function removeIndexRows(
  client: Queryable,
  schema: string,
  rids: readonly number[],
): Promise<void> {
  for (const table of ROW_TABLES) {
    await client.query(`DELETE FROM ${schema}.${table} WHERE rid = ANY ($1::bigint[])`, [rids]);
  }
}
