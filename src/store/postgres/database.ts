import { WarmfhirError } from '../../errors.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import type { DatabaseConnection, Reply } from './database-connection.ts';
import type { Call } from './statement.ts';
import { beginText, type TransactionKind, type TransactionSettings } from './transaction-text.ts';

/** A transaction that takes two round trips; it holds a connection of its own. */
export class OpenTransaction {
  readonly #connection: DatabaseConnection;
  readonly #begin: string;
  #begun = false;

  constructor(connection: DatabaseConnection, begin: string) {
    this.#connection = connection;
    this.#begin = begin;
  }

  /** Begins it with these calls, in one round trip. */
  async begin(calls: readonly Call[]): Promise<Reply[]> {
    this.#begun = true;
    const [, ...replies] = await this.#connection.run([this.#begin, ...calls]);
    return replies;
  }

  /** Goes on with these calls, in one round trip. */
  run(calls: readonly Call[]): Promise<Reply[]> {
    return this.#connection.run([...calls]);
  }

  /** Ends it with these calls, in one round trip: it is durable when this resolves, and undone when it rejects. */
  commit(calls: readonly Call[]): Promise<Reply[]> {
    return this.#commit([...calls]);
  }

  /** Begins and ends it in one round trip. */
  async whole(calls: readonly Call[]): Promise<Reply[]> {
    return (await this.#commit([this.#begin, ...calls])).slice(1);
  }

  async #commit(items: readonly (string | Call)[]): Promise<Reply[]> {
    this.#begun = true;
    const replies = await this.#connection.run([...items, 'COMMIT']);
    this.#begun = false;
    if (replies.pop()!.command !== 'COMMIT')
      throw new WarmfhirError('store-unavailable', 'The database undid a write.');
    return replies;
  }

  /** Leaves nothing of it, where it was begun and did not end. */
  async rollback(): Promise<void> {
    if (!this.#begun || this.#connection.closed) return;
    this.#begun = false;
    // A connection that cannot even do this is of no use to anybody.
    await this.#connection.run(['ROLLBACK']).catch(() => this.#connection.destroy());
  }
}

/** The database as this process reaches it: connections, and what every transaction begins with. */
export class Database {
  readonly #connections: Connections;
  /** For what may take longer, so that neither reads nor writes wait behind it. */
  readonly #searching: Connections;
  readonly #settings: TransactionSettings;
  /** A node that halts or is cut off in the middle of a transaction must not keep its locks. */
  readonly #idleLimit: string;

  /** @param connections.searching how many of their own searches have; without any they share those of transactions */
  constructor(
    connections: ConnectionsOptions & { readonly searching?: number },
    settings: TransactionSettings,
  ) {
    this.#connections = new Connections(connections);
    const { searching = 0 } = connections;
    this.#searching =
      searching === 0
        ? this.#connections
        : new Connections({ ...connections, shared: 0, exclusive: searching });
    this.#settings = settings;
    this.#idleLimit = `SET LOCAL idle_in_transaction_session_timeout = ${Math.trunc(settings.statementTimeoutMs)}`;
  }

  /** Connections that are open. */
  get openConnections(): number {
    const searching = this.#searching === this.#connections ? 0 : this.#searching.size;
    return this.#connections.size + searching;
  }

  /**
   * Reads in one round trip, on a connection that others share.
   * @param serial of the tenant whose rows are read, or undefined where no tenant's are
   */
  async read(serial: number | undefined, calls: readonly Call[]): Promise<Reply[]> {
    const opened = this.#connections.shared();
    const connection = opened instanceof Promise ? await opened : opened;
    return inner(await connection.run(this.#reading(serial, calls)));
  }

  /** As `read`, for what may take longer: on a connection that nobody shares meanwhile. */
  search(serial: number, calls: readonly Call[]): Promise<Reply[]> {
    const items = this.#reading(serial, calls);
    return this.#searching.exclusive(async (connection) => inner(await connection.run(items)));
  }

  /** Writes in one round trip. Durable when it resolves. */
  write(serial: number | undefined, calls: readonly Call[]): Promise<Reply[]> {
    return this.transaction(serial, (transaction) => transaction.whole(calls));
  }

  /**
   * Runs a transaction of several round trips on a connection of its own; whatever `task` did not commit is undone.
   */
  transaction<Result>(
    serial: number | undefined,
    task: (transaction: OpenTransaction) => Promise<Result>,
  ): Promise<Result> {
    const begin = `${beginText(this.#settings, 'plain', serial)}; ${this.#idleLimit}`;
    return this.#connections.exclusive(async (connection) => {
      const transaction = new OpenTransaction(connection, begin);
      try {
        return await task(transaction);
      } finally {
        await transaction.rollback();
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.close(), this.#searching.close()]);
  }

  #reading(serial: number | undefined, calls: readonly Call[]): (string | Call)[] {
    // Several statements have to agree with each other; one does so by itself.
    const kind: TransactionKind = calls.length > 1 ? 'agreeing' : 'plain';
    return [beginText(this.#settings, kind, serial), ...calls, 'COMMIT'];
  }
}

function inner(replies: Reply[]): Reply[] {
  return replies.slice(1, -1);
}
