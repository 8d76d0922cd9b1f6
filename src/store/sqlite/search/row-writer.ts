import type { IndexedValues } from '../../../fhir/search/indexed-values.ts';
import type { SqlValue } from '../../search/fragment.ts';
import type { Connection, Statement } from '../connection.ts';
import { Dictionary } from './dictionary.ts';
import { type Dictionaries, indexRows } from './row-values.ts';
import { KEY_SEPARATOR, ROW_TABLES, ROW_WIDTHS, type RowTable } from './search-tables.ts';

/** Rows per statement: beyond this the gain is small. */
const ROWS_AT_ONCE = 40;

interface Table {
  readonly single: () => Statement;
  readonly multiple: () => Statement;
  readonly remove: () => Statement;
  readonly move: () => Statement;
  /** Values of rows that wait for their statement. */
  waiting: SqlValue[];
}

/** A sealed master, whose numbers its overlays use too: so rows can be taken over as they are. */
export interface RowSource {
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
}

/** Numbers of texts that the master does not have begin here. */
const FIRST_OWN_NUMBER = 2 ** 30;

const DICTIONARIES = [
  ['system', 'uri'],
  ['label', 'folded'],
] as const;

/**
 * Writes the index rows of documents. The caller holds the transaction, calls `flush` before it commits, and `forget` after
 * it was rolled back.
 */
export class IndexWriter {
  readonly #tables = new Map<RowTable, Table>();
  readonly #dictionaries: Dictionaries;
  readonly #master: RowSource | undefined;

  /** @param master for an overlay: the master that it is over */
  constructor(connection: Connection, master?: RowSource) {
    this.#master = master;
    for (const name of ROW_TABLES) this.#tables.set(name, table(connection, name));
    this.#dictionaries = {
      system: dictionary(connection, 'system', 'uri', master),
      label: dictionary(connection, 'label', 'folded', master),
    };
  }

  add(rid: number, values: IndexedValues): void {
    indexRows(values, this.#dictionaries, (name, row) => {
      const into = this.#tables.get(name)!;
      into.waiting.push(rid, ...row);
      if (into.waiting.length === ROWS_AT_ONCE * (ROW_WIDTHS[name] + 1)) {
        into.multiple().run(into.waiting);
        into.waiting = [];
      }
    });
  }

  remove(rid: number): void {
    this.flush();
    for (const { remove } of this.#tables.values()) remove().run(rid);
  }

  /** The document has another rid from now on. */
  move(from: number, to: number): void {
    this.flush();
    for (const { move } of this.#tables.values()) move().run(to, from);
  }

  /** Gives a document the rows that a document of the master has. */
  copy(from: number, to: number): void {
    const master = this.#master!;
    for (const name of ROW_TABLES) {
      const { waiting } = this.#tables.get(name)!;
      for (const [, ...row] of master.rows(`SELECT * FROM ${name} WHERE rid = ?`, [from])) {
        waiting.push(to, ...row);
        this.#takeOver(name, row);
      }
    }
  }

  flush(): void {
    for (const [name, { single, waiting }] of this.#tables) {
      const width = ROW_WIDTHS[name] + 1;
      for (let start = 0; start < waiting.length; start += width)
        single().run(waiting.slice(start, start + width));
      waiting.length = 0;
    }
  }

  /** The texts that a row of the master speaks of by number. */
  #takeOver(name: RowTable, row: readonly SqlValue[]): void {
    for (const [table, column] of DICTIONARIES) {
      for (const number of numbersIn(name, table, row)) {
        const text = this.#master!.rows(`SELECT ${column} FROM ${table} WHERE number = ?`, [number])[0]?.[0];
        if (typeof text === 'string') this.#dictionaries[table].number(text);
      }
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
    single: prepared(connection, insert),
    multiple: prepared(connection, insert + `, ${row}`.repeat(ROWS_AT_ONCE - 1)),
    remove: prepared(connection, `DELETE FROM ${name} WHERE rid = ?`),
    move: prepared(connection, `UPDATE ${name} SET rid = ? WHERE rid = ?`),
    waiting: [],
  };
}

/** Prepared when it is first needed: most files are opened for a few of them. */
function prepared(connection: Connection, sql: string): () => Statement {
  let statement: Statement | undefined;
  return () => {
    statement ??= connection.prepare(sql);
    return statement;
  };
}

/** The columns of a row, its parameter first, that are numbers of a dictionary. */
function numbersIn(
  name: RowTable,
  dictionary: 'system' | 'label',
  row: readonly SqlValue[],
): readonly number[] {
  if (dictionary === 'label') return name === 'token_text' ? [row[1] as number] : [];
  switch (name) {
    case 'token':
    case 'identifier':
    case 'quantity':
      return [row[2] as number];
    case 'reference':
      return [row[3] as number];
    case 'uri':
      return [row[1] as number];
    case 'composite':
      return row
        .slice(1, 4)
        .flatMap((key) => String(key).split(KEY_SEPARATOR).slice(1).map(Number))
        .filter(Number.isInteger);
    default:
      return [];
  }
}

function dictionary(
  connection: Connection,
  name: string,
  column: string,
  master: RowSource | undefined,
): Dictionary {
  const find = prepared(connection, `SELECT number AS value FROM ${name} WHERE ${column} = ?`);
  const add = prepared(
    connection,
    `INSERT INTO ${name} (number, ${column}) VALUES (?, ?) RETURNING number AS value`,
  );
  const next = prepared(
    connection,
    `SELECT max(${master === undefined ? 1 : FIRST_OWN_NUMBER}, coalesce(max(number), 0) + 1) AS value FROM ${name}`,
  );
  const numberFor = (text: string) =>
    master?.rows(`SELECT number FROM ${name} WHERE ${column} = ?`, [text])[0]?.[0] ??
    (next().get() as { value: number }).value;
  return new Dictionary({
    find: (text) => (find().get(text) as { value: number } | undefined)?.value,
    add: (text) => (add().get(numberFor(text), text) as { value: number }).value,
  });
}
