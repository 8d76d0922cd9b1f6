import type { Criterion } from '../../fhir/search/criterion.ts';
import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import type { MasterGeneration } from './master-generations.ts';
import { CollectionSearch } from './search/collection-search.ts';
import type { Call } from './statement.ts';

/** Documents whose ids a transaction asks for. */
export interface IdLookup {
  readonly type: string;
  readonly criterion: Criterion;
  /** One more than so many ids are given where there are more. */
  readonly most: number;
}

/** Searches for ids as statements, to be sent inside of a transaction that holds the tenant's lock. */
export class IdLookups {
  readonly calls: readonly Call[];

  private constructor(calls: readonly Call[]) {
    this.calls = calls;
  }

  static async of(
    database: Database,
    serial: number,
    master: MasterGeneration,
    lookups: readonly IdLookup[],
  ): Promise<IdLookups> {
    if (lookups.length === 0) return new IdLookups([]);
    const search = new CollectionSearch(database, serial, master);
    const calls = lookups.map(({ type, criterion, most }) => search.idsOf(type, criterion, most));
    return new IdLookups(await Promise.all(calls));
  }

  /** The ids that each of them found, from the replies to `calls`. */
  found(replies: readonly Reply[]): readonly (readonly string[])[] {
    return this.calls.map((_, index) => replies[index]!.rows.map(({ id }) => id as string));
  }
}
