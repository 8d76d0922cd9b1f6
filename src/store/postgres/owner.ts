import { Client, type ClientConfig } from 'pg';
import { VALUE_TYPES, writableServer } from './database-connection.ts';
import { databaseError } from './database-error.ts';

export type Queryable = Pick<Client, 'query'>;

/** Longest time for a connection to be made, milliseconds. */
const CONNECT_WITHIN_MS = 10_000;

/** The owner of the schema, who builds generations, prunes and moves: at the server itself, not at a pooler. */
export class Owner {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** How to connect to the server that takes writes now. */
  async config(): Promise<ClientConfig> {
    return {
      connectionString: await writableServer(this.#url, CONNECT_WITHIN_MS),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      ...{ types: VALUE_TYPES, application_name: 'warmfhir ingest', keepAlive: true },
    };
  }

  /** A connection that the caller ends. @throws store-unavailable */
  async connect(): Promise<Client> {
    const client = new Client(await this.config());
    // What breaks a connection also fails what is asked of it.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Runs `task` with a connection of its own. */
  async run<Result>(task: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.connect();
    try {
      return await task(client);
    } catch (error) {
      throw databaseError(error);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Runs `task` in one transaction, durable when it resolves. */
  transaction<Result>(task: (client: Client) => Promise<Result>): Promise<Result> {
    return this.run((client) => inTransaction(client, () => task(client)));
  }
}

/** Runs `task` between BEGIN and COMMIT. */
export async function inTransaction<Result>(client: Queryable, task: () => Promise<Result>): Promise<Result> {
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
