import type { Database } from './database.ts';
import { END_ERASING, HALF_ERASED, ONE_NODE } from './registry-statements.ts';
import type { RegistryWriter } from './registry-writer.ts';
import { call } from './statement.ts';
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
    // A write that another node is about to make is refused from now on.
    await this.#database.write(serial, [call(MARK_ERASED, serial)]);
    for (const statement of ERASE) {
      let rows: number;
      do {
        const [reply] = await this.#database.write(serial, [call(statement, serial, ERASE_ROWS)]);
        rows = reply!.count;
      } while (rows === ERASE_ROWS);
    }
    await this.#writer.change(id, call(END_ERASING, serial));
  }

  /** The tenant of this id that is not wholly erased yet. */
  async halfErased(id: string): Promise<number | undefined> {
    return (await this.#all()).find((each) => each.id === id)?.tenant_id;
  }

  /** Finishes all that a node left when it died. Of several nodes that try at once, one does it; the others do nothing. */
  async finishAll(): Promise<void> {
    if ((await this.#all()).length === 0) return;
    await this.#database.transaction(undefined, async (transaction) => {
      const [taken] = await transaction.begin([call(ONE_NODE)]);
      if (taken!.rows[0]!.taken !== true) return;
      for (const { tenant_id, id } of await this.#all()) await this.finish(tenant_id, id);
    });
  }

  async #all(): Promise<readonly HalfErased[]> {
    const [reply] = await this.#database.read(undefined, [call(HALF_ERASED)]);
    return reply!.rows as unknown as HalfErased[];
  }
}
