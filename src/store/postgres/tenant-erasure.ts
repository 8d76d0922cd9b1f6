import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import { END_ERASING, HALF_ERASED, ONE_NODE } from './registry-statements.ts';
import type { RegistryWriter } from './registry-writer.ts';
import { type Call, call } from './statement.ts';
import { ERASE, ERASE_ROWS, MARK_ERASED } from './write-statements.ts';

interface HalfErased {
  readonly tenant_id: number;
  readonly id: string;
}

/**
 * Deletes what erased tenants leave behind: their rows first, a part at a time, and their record last. Each step can be
 * done again, so whichever node comes by may finish what another began.
 */
export class TenantErasure {
  readonly #database: Database;
  readonly #writer: RegistryWriter;

  constructor(database: Database, writer: RegistryWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  /** Finishes erasing a tenant whose record says that it is erased. */
  async finish(serial: number, id: string): Promise<void> {
    await this.#erase(serial, id, async (step) => (await this.#database.write(serial, [step]))[0]);
  }

  /** The tenant of this id that is not wholly erased yet. */
  async halfErased(id: string): Promise<number | undefined> {
    return (await this.#all()).find((each) => each.id === id)?.tenant_id;
  }

  /** Finishes all that a node left when it died. Of several nodes that try at once, one does it; the others do nothing. */
  async finishAll(): Promise<void> {
    for (const { tenant_id, id } of await this.#all()) {
      await this.#erase(tenant_id, id, (step) => this.#claimed(tenant_id, step));
    }
  }

  /** @param run runs one step, or says undefined where another node is at it, which is then left to it */
  async #erase(serial: number, id: string, run: (step: Call) => Promise<Reply | undefined>): Promise<void> {
    // A write that another node is about to make is refused from now on.
    if ((await run(call(MARK_ERASED, serial))) === undefined) return;
    for (const statement of ERASE) {
      let reply: Reply | undefined;
      do {
        reply = await run(call(statement, serial, ERASE_ROWS));
        if (reply === undefined) return;
      } while (reply.count === ERASE_ROWS);
    }
    await this.#writer.change(id, call(END_ERASING, serial));
  }

  /** Each step is claimed by itself: a claim that lasted longer would keep a connection from whoever has to write. */
  #claimed(serial: number, step: Call): Promise<Reply | undefined> {
    return this.#database.transaction(serial, async (transaction) => {
      const [taken] = await transaction.begin([call(ONE_NODE)]);
      return taken!.rows[0]!.taken === true ? (await transaction.commit([step]))[0] : undefined;
    });
  }

  async #all(): Promise<readonly HalfErased[]> {
    const [reply] = await this.#database.read(undefined, [call(HALF_ERASED)]);
    return reply!.rows as unknown as HalfErased[];
  }
}
