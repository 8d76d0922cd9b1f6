import { Client, type ClientConfig } from 'pg';
import { VALUE_TYPES, writableServer } from './database-connection.ts';
import { databaseError } from './database-error.ts';

export type Queryable = Pick<Client, 'query'>;

/** Longest time for a connection to be made, milliseconds. */
const CONNECT_WITHIN_MS = 10_000;

/** The owner of the schema, who builds generations, prunes and moves: at the server itself, not at a pooler. */
export class Owner {
  readonly #url: string;
  /** Kept for the next one: many small tasks may follow each other. */
  #idle: Client | undefined;
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** How to connect to the server that takes writes now. */
  async config(): Promise<ClientConfig> {
    return {
      connectionString: await writableServer(this.#url, CONNECT_WITHIN_MS),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      ...{ types: VALUE_TYPES, application_name: 'warmfhir ingest', keepAlive: true },
      // Whatever the database has for others: an index of a large master takes its time.
      options: '-c statement_timeout=0 -c lock_timeout=0',
    };
  }

  /** A connection that the caller ends. @throws store-unavailable */
  async connect(): Promise<Client> {
    const client = new Client(await this.config());
    // What breaks a connection also fails what is asked of it.
    client.on('error', () => {});
    client.once('end', () => {
      if (this.#idle === client) this.#idle = undefined;
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** A connection that is given back. @throws store-unavailable */
  async take(): Promise<Client> {
    const idle = this.#idle;
    this.#idle = undefined;
    if (idle !== undefined) return idle;
    const client = await this.connect();
    client.once('end', () => {
      if (this.#idle === client) this.#idle = undefined;
    });
    return client;
  }

  /** @param whole whether it can be used again: nothing failed on it, and it is in no transaction */
  async giveBack(client: Client, whole: boolean): Promise<void> {
    if (!whole || this.#idle !== undefined || this.#closed) return client.end().catch(() => {});
    this.#idle = client;
  }

  /** Runs `task` with a connection that nobody else uses meanwhile. */
  async run<Result>(task: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.take();
    let whole = false;
    try {
      const result = await task(client);
      whole = true;
      return result;
    } catch (error) {
      throw databaseError(error);
    } finally {
      await this.giveBack(client, whole);
    }
  }

  /** Runs `task` in one transaction, durable when it resolves. */
  transaction<Result>(task: (client: Client) => Promise<Result>): Promise<Result> {
    return this.run((client) => inTransaction(client, () => task(client)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#idle?.end().catch(() => {});
  }
}

/** Runs `task` between BEGIN and COMMIT. */
async function inTransaction<Result>(client: Queryable, task: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await task();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that cannot do this any more takes what is not committed with it.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
