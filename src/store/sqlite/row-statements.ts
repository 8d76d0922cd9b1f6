import type { SqlValue } from '../search/fragment.ts';
import type { Connection, Statement } from './connection.ts';
import { addWordFunction } from './search/word-function.ts';

/** Statements kept prepared on one connection: what clients ask for decides their texts, so they are bounded. */
const MOST_KEPT = 400;

/** Runs queries whose rows come as arrays, each text prepared once. */
export class RowStatements {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
    addWordFunction(connection);
  }

  rows(sql: string, values: readonly SqlValue[]): SqlValue[][] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql).raw();
      if (this.#statements.size >= MOST_KEPT) this.#statements.delete(this.#statements.keys().next().value!);
      this.#statements.set(sql, statement);
    }
    return statement.all(values) as SqlValue[][];
  }
}
