import { randomBytes } from 'node:crypto';
import { type ClientBase, type ClientConfig, Pool } from 'pg';
import { WarmfhirError } from '../../errors.ts';
import { buildTables } from './build-tables.ts';
import { databaseError } from './database-error.ts';
import type { Queryable } from './owner.ts';

/** What must be held for as long as a session writes. */
export interface BuildLock {
  assertHeld(): void;
  release(): Promise<void>;
}

/** So many batches are written at once, each on its own connection. */
const CONNECTIONS = 4;

/** Memory that building an index may take, and how many processes help with it. */
const INDEXING = "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL max_parallel_maintenance_workers = 2";

/**
 * The connections of one build. Each of its transactions begins by locking the build's row with the token that this
 * session has put there: whoever takes the build over changes the token, and from then on this session writes nothing.
 */
export class BuildSession {
  readonly generation: number;
  readonly #lock: BuildLock;
  readonly #pool: Pool;
  readonly #token = randomBytes(16).toString('hex');
  readonly #build: string;
  #settled = false;

  constructor(options: {
    readonly generation: number;
    readonly lock: BuildLock;
    readonly owner: ClientConfig;
  }) {
    this.generation = options.generation;
    this.#lock = options.lock;
    this.#build = buildTables(options.generation).build;
    // A client that is cut off in the middle of a transaction must not keep its locks for ever.
    const limits = { idle_in_transaction_session_timeout: 60_000, idleTimeoutMillis: 60_000 };
    this.#pool = new Pool({ ...options.owner, ...limits, max: CONNECTIONS });
    // A connection that breaks while it is idle is replaced; one in use fails its transaction.
    this.#pool.on('error', () => {});
  }

  /** True once the documents have their keys. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Takes the build over from whoever had it; waits for what that one still writes. */
  async begin(): Promise<void> {
    const sql = `UPDATE ${this.#build} SET token = $1 RETURNING settled`;
    const { rows } = await this.#guarded(() => this.#pool.query(sql, [this.#token]));
    this.#settled = rows[0].settled === true;
  }

  /**
   * Runs a transaction that adds documents: beside others while nothing is settled, alone afterwards. Its commit need not
   * reach the disk at once: sealing sees to that, and what a crash takes goes together with its checkpoint.
   */
  write<Result>(task: (client: Queryable, settled: boolean) => Promise<Result>): Promise<Result> {
    const before = 'SET LOCAL synchronous_commit = off; ';
    return this.#transaction(before, this.#settled ? 'UPDATE' : 'SHARE', task);
  }

  /** Runs a transaction that indexes or seals, alone and durable when it resolves. */
  alone<Result>(task: (client: Queryable, settled: boolean) => Promise<Result>): Promise<Result> {
    return this.#transaction(`${INDEXING}; `, 'UPDATE', task);
  }

  /** Makes indexes, several at once. */
  async index(statements: readonly string[]): Promise<void> {
    const waiting = [...statements];
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const statement = next;
        await this.#transaction(`${INDEXING}; `, 'SHARE', (client) => client.query(statement));
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  /** Marks the documents as settled with the transaction of `client`. */
  async markSettled(client: Queryable): Promise<void> {
    await client.query(`UPDATE ${this.#build} SET settled = true`);
  }

  noteSettled(): void {
    this.#settled = true;
  }

  /** One statement outside of a transaction. */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.#lock.assertHeld();
    return this.#guarded(async () => (await this.#pool.query(text, [...values])).rows as Row[]);
  }

  /** Ends the connections and gives the lock back. */
  async close(): Promise<void> {
    await this.#pool.end();
    await this.#lock.release();
  }

  async #transaction<Result>(
    before: string,
    strength: 'SHARE' | 'UPDATE',
    task: (client: Queryable, settled: boolean) => Promise<Result>,
  ): Promise<Result> {
    this.#lock.assertHeld();
    return this.#guarded(async () => {
      const client = await this.#pool.connect();
      let broken = true;
      try {
        const begin = `BEGIN; ${before}SELECT token = '${this.#token}' AS mine, settled FROM ${this.#build} FOR ${strength}`;
        const results = (await client.query(begin)) as unknown as readonly { readonly rows: BuildRow[] }[];
        const [row] = results.at(-1)!.rows;
        if (row?.mine !== true) {
          throw new WarmfhirError('ingest-locked', 'Another ingest has taken this generation over.');
        }
        const result = await task(client, row.settled);
        await client.query('COMMIT');
        broken = false;
        return result;
      } catch (error) {
        broken = !(await rolledBack(client));
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  async #guarded<Result>(task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } catch (error) {
      throw databaseError(error);
    }
  }
}

interface BuildRow {
  readonly mine: boolean;
  readonly settled: boolean;
}

async function rolledBack(client: ClientBase): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
