import type { KeptSearch } from '../store.ts';
import type { Database } from './database.ts';
import {
  DROP_EXPIRED_SEARCHES,
  DROP_OLDEST_SEARCHES,
  KEEP_SEARCH,
  KEPT_SEARCH,
} from './kept-search-statements.ts';
import { call } from './statement.ts';
import { FIRST_OVERLAY_RID, TAKE_RIDS } from './write-statements.ts';

/** Searches of tenants that are too long for a link. */
export class KeptSearches {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps nothing for a tenant that was erased meanwhile. */
  async keep(serial: number, search: KeptSearch & { readonly now: number }): Promise<void> {
    const { hash, text, expires, now } = search;
    await this.#database.transaction(serial, async (transaction) => {
      const [taken] = await transaction.begin([
        call(TAKE_RIDS, serial, 0, FIRST_OVERLAY_RID),
        call(DROP_EXPIRED_SEARCHES, serial, now),
        call(KEEP_SEARCH, serial, hash, text, expires),
        call(DROP_OLDEST_SEARCHES, serial),
      ]);
      if (taken!.rows[0]!.erased !== true) await transaction.commit([]);
    });
  }

  async find(serial: number, hash: string, now: number): Promise<KeptSearch | undefined> {
    const [reply] = await this.#database.read(serial, [call(KEPT_SEARCH, serial, hash, now)]);
    return reply!.rows[0] as KeptSearch | undefined;
  }
}
