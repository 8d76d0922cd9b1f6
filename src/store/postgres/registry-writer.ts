import type { ChangeWatch } from './change-watch.ts';
import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import { COUNT_UP } from './registry-statements.ts';
import { type Call, call } from './statement.ts';

interface Request {
  /** Id of the tenant. */
  readonly id: string;
  readonly call: Call;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** Most changes that share a transaction. */
const TOGETHER = 200;

/**
 * Changes the list of tenants. What queues up while one transaction is under way is committed together: so the disk is
 * waited for once, and the lock that orders such transactions over all nodes is taken once.
 */
export class RegistryWriter {
  readonly #database: Database;
  readonly #watch: Pick<ChangeWatch, 'changed'>;
  #queue: Request[] = [];
  #running = false;

  constructor(database: Database, watch: Pick<ChangeWatch, 'changed'>) {
    this.#database = database;
    this.#watch = watch;
  }

  /** Runs one change; durable, and known to be a change, when it resolves. */
  change(id: string, made: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ id, call: made, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, TOGETHER);
      // In one order on all nodes, so that two of them never wait for each other.
      batch.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
      await this.#commitTogether(batch);
    }
    this.#running = false;
  }

  async #commitTogether(batch: readonly Request[]): Promise<void> {
    try {
      const replies = await this.#database.write(undefined, [
        ...batch.map((each) => each.call),
        call(COUNT_UP),
      ]);
      this.#watch.changed(Number(replies.at(-1)!.rows[0]!.number));
      for (const [index, request] of batch.entries()) request.resolve(replies[index]!);
    } catch (error) {
      for (const request of batch) request.reject(error);
    }
  }
}
