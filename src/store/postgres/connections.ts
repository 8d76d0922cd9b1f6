import { WarmfhirError } from '../../errors.ts';
import { type ConnectionOptions, DatabaseConnection } from './database-connection.ts';

export interface ConnectionsOptions extends ConnectionOptions {
  /** Connections that many requests share, each with its whole transaction in one go. */
  readonly shared: number;
  /** Connections that belong to one transaction at a time. */
  readonly exclusive: number;
}

/** Beyond this a connection is replaced: each prepared statement takes some 50 KB of the server's memory. */
const MOST_PREPARED = 200;

interface Waiting {
  readonly resolve: (connection: DatabaseConnection) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * All connections of a process, opened when they are first needed and replaced when they are lost. There are never more
 * than was allowed; whoever finds none free waits for one, as long as the database itself may take to answer.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #shared: (DatabaseConnection | Promise<DatabaseConnection> | undefined)[];
  readonly #idle: DatabaseConnection[] = [];
  readonly #inUse = new Set<DatabaseConnection>();
  readonly #waiting = new Set<Waiting>();
  /** Exclusive connections that exist or are being opened. */
  #exclusive = 0;
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#shared = new Array(options.shared).fill(undefined);
  }

  /** The shared connection with the least to do. Without a promise where it is open. */
  shared(): DatabaseConnection | Promise<DatabaseConnection> {
    let best: DatabaseConnection | undefined;
    let free = -1;
    for (const [slot, connection] of this.#shared.entries()) {
      if (connection instanceof DatabaseConnection && !connection.closed) {
        if (best === undefined || connection.pending < best.pending) best = connection;
      } else if (!(connection instanceof Promise) && free < 0) free = slot;
    }
    if (best !== undefined && (best.pending === 0 || free < 0)) return best;
    if (free < 0) return this.#shared.find((connection) => connection instanceof Promise)!;
    const opening = this.#openShared(free);
    if (best === undefined) return opening;
    // It is used as soon as it is open; if it cannot be opened, those that are suffice.
    opening.catch(() => undefined);
    return best;
  }

  /** Runs `task` with a connection of its own. It is given back unless it was closed meanwhile. */
  async exclusive<Result>(task: (connection: DatabaseConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.#take();
    try {
      return await task(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Connections that are open now. */
  get size(): number {
    const shared = this.#shared.filter((each) => each instanceof DatabaseConnection && !each.closed);
    return shared.length + this.#idle.length + this.#inUse.size;
  }

  /** Closes all, each once it has answered. Whoever waits for one is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting) this.#refuse(waiting, new WarmfhirError('shutting-down'));
    const shared = await Promise.allSettled(this.#shared);
    const open = shared.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
    await Promise.all([...open, ...this.#idle, ...this.#inUse].map((connection) => connection.end()));
  }

  #openShared(slot: number): Promise<DatabaseConnection> {
    const opening = this.#open().then(
      (connection) => {
        this.#shared[slot] = connection;
        return connection;
      },
      (error: unknown) => {
        this.#shared[slot] = undefined;
        throw error;
      },
    );
    this.#shared[slot] = opening;
    return opening;
  }

  async #take(): Promise<DatabaseConnection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.closed) this.#exclusive -= 1;
      else return this.#used(idle);
    }
    if (this.#exclusive >= this.#options.exclusive) return this.#used(await this.#wait());
    this.#exclusive += 1;
    try {
      return this.#used(await this.#open());
    } catch (error) {
      this.#exclusive -= 1;
      this.#wakeOne();
      throw error;
    }
  }

  #wait(): Promise<DatabaseConnection> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#refuse(
          waiting,
          new WarmfhirError('store-unavailable', 'All connections to the database are busy.'),
        );
      }, this.#options.deadlineMs);
      const waiting: Waiting = { resolve, reject, timer };
      this.#waiting.add(waiting);
    });
  }

  #refuse(waiting: Waiting, error: WarmfhirError): void {
    this.#waiting.delete(waiting);
    clearTimeout(waiting.timer);
    waiting.reject(error);
  }

  #used(connection: DatabaseConnection): DatabaseConnection {
    this.#inUse.add(connection);
    return connection;
  }

  #giveBack(connection: DatabaseConnection): void {
    this.#inUse.delete(connection);
    if (connection.prepared > MOST_PREPARED) void connection.end();
    if (connection.closed) this.#exclusive -= 1;
    else if (this.#closed) void connection.end();
    else this.#idle.push(connection);
    this.#wakeOne();
  }

  /** The one that has waited longest takes what is free now, or the right to open another. */
  #wakeOne(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first);
    clearTimeout(first.timer);
    this.#take().then(first.resolve, first.reject);
  }

  async #open(): Promise<DatabaseConnection> {
    if (this.#closed) throw new WarmfhirError('shutting-down');
    return DatabaseConnection.open(this.#options);
  }
}
