import type { SqlValue } from '../search/fragment.ts';
import type { Connection, Statement } from './connection.ts';
import {
  addSearchFunctions,
  looksOf,
  requireTime,
  type SearchLimit,
  WalkedTooFar,
} from './search/search-functions.ts';

/** Statements kept prepared on one connection: what clients ask for decides their texts, so they are bounded. */
const MOST_KEPT = 400;

/** Runs queries whose rows come as arrays, each text prepared once. */
export class RowStatements {
  readonly #connection: Connection;
  readonly #limit: SearchLimit = { until: Number.POSITIVE_INFINITY, looks: Number.POSITIVE_INFINITY };
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
    addSearchFunctions(connection, this.#limit);
  }

  /** Queries that run on after `until` (milliseconds of `performance.now()`) fail with `search-too-costly`. */
  limit(until: number): void {
    this.#limit.until = until;
  }

  /**
   * Runs a task; undefined where its queries look at more than about so many rows. Inside of another such task it is that
   * one's number that counts.
   */
  within<Result>(rows: number, task: () => Result): Result | undefined {
    if (this.#limit.looks < Number.POSITIVE_INFINITY) return task();
    this.#limit.looks = looksOf(rows);
    try {
      return task();
    } catch (error) {
      if (error instanceof WalkedTooFar) return undefined;
      throw error;
    } finally {
      this.#limit.looks = Number.POSITIVE_INFINITY;
    }
  }

  rows(sql: string, values: readonly SqlValue[]): SqlValue[][] {
    requireTime(this.#limit);
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql).raw();
      if (this.#statements.size >= MOST_KEPT) this.#statements.delete(this.#statements.keys().next().value!);
      this.#statements.set(sql, statement);
    }
    return statement.all(values) as SqlValue[][];
  }
}
