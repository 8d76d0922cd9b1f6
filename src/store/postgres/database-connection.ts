import { Client, type ClientConfig, type QueryArrayResult, types } from 'pg';
import { WarmfhirError } from '../../errors.ts';
import { databaseError, noAnswer } from './database-error.ts';
import { serverAddresses } from './server-addresses.ts';
import type { Call, Row } from './statement.ts';

export interface ConnectionOptions {
  /** `postgres://…`; where it names several servers, the one that takes writes is chosen. */
  readonly url: string;
  /** How long the database may be silent while something waits for it, milliseconds; then the connection is given up. */
  readonly deadlineMs: number;
  /** How long connecting may take, where that differs. */
  readonly connectWithinMs?: number;
}

/** bigint: counts, rids, times in milliseconds are all below 2^53. */
const INT8 = 20;

/** How values arrive from the database. */
export const VALUE_TYPES: NonNullable<ClientConfig['types']> = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** What the database answered to one statement. */
export interface Reply {
  readonly rows: readonly Row[];
  /** Rows that it found or changed. */
  readonly count: number;
  /** Word of the command: a COMMIT that undid everything says ROLLBACK. */
  readonly command: string;
}

/**
 * One connection. Whatever is run goes out at once, behind what was sent before, and is answered in that order, so that
 * many callers can share it; nothing is ever cancelled on it. When the database has been silent for longer than the
 * deadline while somebody waits, the connection is destroyed and everything on it fails.
 */
export class DatabaseConnection {
  /** Of the one server that it leads to. */
  readonly address: string;
  /** Statements that are not answered yet. */
  pending = 0;
  readonly #client: Client;
  readonly #deadlineMs: number;
  readonly #watch: NodeJS.Timeout;
  /** For how long something has waited in vain, milliseconds; a stalled event loop of our own does not count. */
  #silence = 0;
  #closed = false;
  #failure: unknown;
  /** False behind a pooler: the next transaction may reach a server connection that has prepared nothing. */
  #prepares = true;
  readonly #prepared = new Set<string>();

  private constructor(address: string, client: Client, deadlineMs: number) {
    this.address = address;
    this.#client = client;
    this.#deadlineMs = deadlineMs;
    const everyMs = Math.max(10, Math.min(250, deadlineMs / 4));
    this.#watch = setInterval(() => this.#watchSilence(everyMs), everyMs);
    client.on('error', (error) => this.#close(databaseError(error)));
    client.on('end', () => this.#close(undefined));
  }

  /**
   * Connects to the server that takes writes; all that the address names are asked at once.
   * @throws store-unavailable, store-invalid
   */
  static async open(options: ConnectionOptions): Promise<DatabaseConnection> {
    const addresses = serverAddresses(options.url);
    const opening = addresses.map((url) =>
      DatabaseConnection.#openServer({ ...options, url }, addresses.length > 1),
    );
    try {
      const first = await Promise.any(opening);
      for (const each of opening)
        void each.then(
          (other) => (other === first ? undefined : other.end()),
          () => {},
        );
      return first;
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  static async #openServer(
    { url, deadlineMs, connectWithinMs = deadlineMs }: ConnectionOptions,
    mustTakeWrites: boolean,
  ): Promise<DatabaseConnection> {
    const config: ClientConfig = {
      ...{ connectionString: url, types: VALUE_TYPES, pipeline: true, application_name: 'warmfhir' },
      ...{ keepAlive: true, connectionTimeoutMillis: connectWithinMs },
    };
    let client: Client;
    try {
      client = new Client(config);
    } catch (cause) {
      throw new WarmfhirError('store-invalid', 'The address of the database cannot be read.', { cause });
    }
    const connection = new DatabaseConnection(url, client, deadlineMs);
    try {
      await client.connect();
      await connection.#look(mustTakeWrites);
      return connection;
    } catch (error) {
      connection.destroy();
      throw databaseError(error);
    }
  }

  /** True once it can be used no more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Statements that it has prepared: the server keeps them as long as the connection is open. */
  get prepared(): number {
    return this.#prepared.size;
  }

  /**
   * Sends all of it in one go and resolves with the replies once the last is in. Text is one or several commands without
   * values; its reply is that of its last command. Rejects with the first error; what follows that was sent all the same.
   */
  run(items: readonly (string | Call)[]): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#failure ?? noAnswer());
      this.pending += items.length;
      const replies: Reply[] = new Array(items.length);
      let left = items.length;
      let failure: unknown;
      for (const [index, item] of items.entries()) {
        if (this.#prepares && typeof item !== 'string' && item.statement.name !== '')
          this.#prepared.add(item.statement.name);
        const query =
          typeof item === 'string'
            ? { text: item }
            : {
                ...(this.#prepares ? item.statement : { text: item.statement.text }),
                values: [...item.values],
              };
        this.#client.query(query, (error: Error | null, result: unknown) => {
          this.pending -= 1;
          this.#silence = 0;
          if (error) failure ??= databaseError(error);
          else replies[index] = replyOf(result);
          left -= 1;
          if (left > 0) return;
          if (failure === undefined) resolve(replies);
          else reject(this.#failure ?? failure);
        });
      }
    });
  }

  /** Calls `heard` for every notification; LISTEN is the caller's. */
  onNotification(heard: (payload: string) => void): void {
    this.#client.on('notification', ({ payload }) => heard(payload ?? ''));
  }

  onClose(closed: () => void): void {
    if (this.#closed) closed();
    else this.#client.once('end', closed);
  }

  /** Closes it once everything on it is answered. */
  async end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Whoever does not answer now is not waited for.
    const late = setTimeout(() => this.#client.connection.stream.destroy(), this.#deadlineMs);
    try {
      await this.#client.end();
    } finally {
      clearTimeout(late);
      clearInterval(this.#watch);
    }
  }

  /** Closes it now: everything on it fails. */
  destroy(failure?: WarmfhirError): void {
    this.#close(failure);
    this.#client.connection.stream.destroy();
  }

  /** Looks whom it has reached. A pooler tells of a process of its own, not of the server's. */
  async #look(mustTakeWrites: boolean): Promise<void> {
    const [reply] = await this.run(['SELECT pg_backend_pid() AS process, pg_is_in_recovery() AS follows']);
    const { process, follows } = reply!.rows[0] as { process: number; follows: boolean };
    this.#prepares = process === (this.#client as unknown as { processID: number }).processID;
    if (mustTakeWrites && follows) {
      throw new WarmfhirError('store-unavailable', 'No server of the database takes writes right now.');
    }
  }

  #close(failure: unknown): void {
    this.#failure ??= failure;
    this.#closed = true;
    clearInterval(this.#watch);
  }

  #watchSilence(afterMs: number): void {
    this.#silence = this.pending === 0 ? 0 : this.#silence + afterMs;
    if (this.#silence > this.#deadlineMs) this.destroy(noAnswer());
  }
}

function replyOf(result: unknown): Reply {
  const last = (Array.isArray(result) ? result.at(-1) : result) as QueryArrayResult & { rows: Row[] };
  return { rows: last.rows, count: last.rowCount ?? 0, command: last.command };
}

/**
 * The address of the server that takes writes, of those that an address names.
 * @throws store-unavailable, store-invalid
 */
export async function writableServer(url: string, withinMs: number): Promise<string> {
  const [first, ...others] = serverAddresses(url);
  if (others.length === 0) return first!;
  const connection = await DatabaseConnection.open({ url, deadlineMs: withinMs });
  await connection.end();
  return connection.address;
}
