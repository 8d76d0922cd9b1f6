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

  /** Ends it with these calls, in one round trip: it is durable when this resolves, and undone when it rejects. */
  async commit(calls: readonly Call[]): Promise<Reply[]> {
    const replies = await this.#connection.run([...calls, 'COMMIT']);
    this.#begun = false;
    const end = replies.pop();
    if (end?.command !== 'COMMIT')
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
  readonly #settings: TransactionSettings;

  constructor(connections: ConnectionsOptions, settings: TransactionSettings) {
    this.#connections = new Connections(connections);
    this.#settings = settings;
  }

  /** Connections that are open. */
  get openConnections(): number {
    return this.#connections.size;
  }

  /**
   * Reads in one round trip, on a connection that others share.
   * @param serial of the tenant whose rows are read, or undefined where no tenant's are
   */
  async read(serial: number | undefined, calls: readonly Call[]): Promise<Reply[]> {
    // Several statements have to agree with each other; one does so by itself.
    const kind: TransactionKind = calls.length > 1 ? 'agreeing' : 'writing';
    const opened = this.#connections.shared();
    const connection = opened instanceof Promise ? await opened : opened;
    return inner(await connection.run([beginText(this.#settings, kind, serial), ...calls, 'COMMIT']));
  }

  /** Writes in one round trip. Durable when it resolves. */
  write(serial: number | undefined, calls: readonly Call[], timeoutMs?: number): Promise<Reply[]> {
    return this.transaction(
      serial,
      (transaction) => transaction.begin([]).then(() => transaction.commit(calls)),
      timeoutMs,
    );
  }

  /**
   * Runs a transaction of several round trips on a connection of its own; whatever `task` did not commit is undone.
   * @param timeoutMs for one of its statements, where that differs from what all others get
   */
  transaction<Result>(
    serial: number | undefined,
    task: (transaction: OpenTransaction) => Promise<Result>,
    timeoutMs = this.#settings.statementTimeoutMs,
  ): Promise<Result> {
    const begin = beginText({ ...this.#settings, statementTimeoutMs: timeoutMs }, 'writing', serial);
    return this.#connections.exclusive(async (connection) => {
      const transaction = new OpenTransaction(connection, begin);
      try {
        return await task(transaction);
      } finally {
        await transaction.rollback();
      }
    });
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

function inner(replies: Reply[]): Reply[] {
  return replies.slice(1, -1);
}
