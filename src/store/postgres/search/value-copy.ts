import type { IndexedValues } from '../../../fhir/search/indexed-values.ts';
import { CopyBuffer } from '../copy-buffer.ts';
import { copyIn } from '../copy-in.ts';
import { masterTables } from '../master-tables.ts';
import type { Queryable } from '../owner.ts';
import { INDEX_COLUMN_NAMES, INDEX_COLUMNS, type IndexRow } from './value-columns.ts';
import { AddressNumbers } from './value-key.ts';
import { indexRows } from './value-rows.ts';

/** Adds the columns of a row of values to what is going to be copied. */
export function addColumns(buffer: CopyBuffer, row: IndexRow): void {
  for (const [index, [, type]] of INDEX_COLUMNS.entries()) {
    const value = row[index]!;
    if (type === 'text') buffer.text(value as string | null);
    else if (type === 'bigint') buffer.int8(value as number | null);
    else if (type === 'integer') buffer.int4(value as number | null);
    else if (type === 'smallint') buffer.int2(value as number | null);
    else buffer.float8(value as number | null);
  }
}

/** What the documents of a generation that is being built are found by. */
export class IndexValues {
  readonly #table: string;
  readonly #addresses = new AddressNumbers();

  constructor(generation: number) {
    this.#table = masterTables(generation).indexValue;
  }

  /** Rows as COPY takes them. */
  packed(
    documents: readonly { readonly rid: number; readonly indexed?: IndexedValues | undefined }[],
  ): CopyBuffer {
    const buffer = new CopyBuffer();
    for (const { rid, indexed } of documents) {
      if (indexed === undefined) continue;
      for (const row of indexRows(rid, indexed, this.#addresses)) {
        addColumns(buffer.row(INDEX_COLUMNS.length), row);
      }
    }
    return buffer;
  }

  load(client: Queryable, rows: CopyBuffer): Promise<void> {
    return copyIn(client, `${this.#table} (${INDEX_COLUMN_NAMES})`, rows);
  }

  async remove(client: Queryable, rids: readonly number[]): Promise<void> {
    if (rids.length > 0)
      await client.query(`DELETE FROM ${this.#table} WHERE rid = ANY ($1::bigint[])`, [rids]);
  }
}
