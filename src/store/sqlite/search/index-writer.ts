import type { IndexedValues } from '../../../fhir/search/indexed-values.ts';
import type { SqlValue } from '../../search/fragment.ts';
import type { Connection, Statement } from '../connection.ts';
import { Dictionary } from './dictionary.ts';
import { type Dictionaries, indexRows } from './index-rows.ts';
import { ROW_TABLES, ROW_WIDTHS, type RowTable } from './index-tables.ts';

/** Rows per statement: beyond this the gain is small. */
const ROWS_AT_ONCE = 40;

interface Table {
  readonly single: Statement;
  readonly multiple: Statement;
  readonly remove: Statement;
  readonly move: Statement;
  /** Values of rows that wait for their statement. */
  waiting: SqlValue[];
}

/**
 * Writes the index rows of documents. The caller holds the transaction, calls `flush` before it commits, and `forget` after
 * it was rolled back.
 */
export class IndexWriter {
  readonly #tables = new Map<RowTable, Table>();
  readonly #dictionaries: Dictionaries;

  constructor(connection: Connection) {
    for (const name of ROW_TABLES) this.#tables.set(name, table(connection, name));
    this.#dictionaries = {
      system: dictionary(connection, 'system', 'uri'),
      label: dictionary(connection, 'label', 'folded'),
    };
  }

  add(rid: number, values: IndexedValues): void {
    indexRows(values, this.#dictionaries, (name, row) => {
      const into = this.#tables.get(name)!;
      into.waiting.push(rid, ...row);
      if (into.waiting.length === ROWS_AT_ONCE * (ROW_WIDTHS[name] + 1)) {
        into.multiple.run(into.waiting);
        into.waiting = [];
      }
    });
  }

  remove(rid: number): void {
    this.flush();
    for (const { remove } of this.#tables.values()) remove.run(rid);
  }

  /** The document has another rid from now on. */
  move(from: number, to: number): void {
    this.flush();
    for (const { move } of this.#tables.values()) move.run(to, from);
  }

  flush(): void {
    for (const [name, { single, waiting }] of this.#tables) {
      const width = ROW_WIDTHS[name] + 1;
      for (let start = 0; start < waiting.length; start += width) single.run(waiting.slice(start, start + width));
      waiting.length = 0;
    }
  }

  forget(): void {
    for (const each of this.#tables.values()) each.waiting = [];
    this.#dictionaries.system.forget();
    this.#dictionaries.label.forget();
  }
}

function table(connection: Connection, name: RowTable): Table {
  const row = `(?${', ?'.repeat(ROW_WIDTHS[name])})`;
  // The same value may stand in a resource several times.
  const insert = `INSERT OR IGNORE INTO ${name} VALUES ${row}`;
  return {
    single: connection.prepare(insert),
    multiple: connection.prepare(insert + `, ${row}`.repeat(ROWS_AT_ONCE - 1)),
    remove: connection.prepare(`DELETE FROM ${name} WHERE rid = ?`),
    move: connection.prepare(`UPDATE ${name} SET rid = ? WHERE rid = ?`),
    waiting: [],
  };
}

function dictionary(connection: Connection, name: string, column: string): Dictionary {
  const find = connection.prepare(`SELECT number FROM ${name} WHERE ${column} = ?`).pluck();
  const add = connection.prepare(`INSERT INTO ${name} (${column}) VALUES (?) RETURNING number`).pluck();
  return new Dictionary({
    find: (text) => find.get(text) as number | undefined,
    add: (text) => add.get(text) as number,
  });
}
