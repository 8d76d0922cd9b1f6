import { type Resolution, type Resolved, resolved } from '../write.ts';
import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import type { MasterGeneration } from './master-generations.ts';
import { CollectionSearch } from './search/collection-search.ts';
import type { Call } from './statement.ts';

/** What a request refers to by criteria, as statements for the transaction that has written everything else. */
export class Resolutions {
  readonly calls: readonly Call[];
  readonly #asked: readonly Resolution[];

  private constructor(asked: readonly Resolution[], calls: readonly Call[]) {
    this.#asked = asked;
    this.calls = calls;
  }

  static async of(
    database: Database,
    serial: number,
    master: MasterGeneration,
    asked: readonly Resolution[],
  ): Promise<Resolutions> {
    const search = new CollectionSearch(database, serial, master);
    const calls = asked.map(({ type, criterion }) => search.idsOf(type, criterion, 1));
    return new Resolutions(asked, await Promise.all(calls));
  }

  found(replies: readonly Reply[]): readonly Resolved[] {
    return this.#asked.map((each, index) =>
      resolved(
        each,
        replies[index]!.rows.map(({ id }) => id as string),
      ),
    );
  }
}
