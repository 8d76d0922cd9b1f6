import { WarmfhirError } from '../../errors.ts';
import type { Expectation, Write } from '../write.ts';
import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import type { MasterGeneration } from './master-generations.ts';
import { CollectionSearch } from './search/collection-search.ts';
import type { Call } from './statement.ts';

/** What a request expects searches to find, as statements for the transaction that holds the tenant's lock. */
export class Expectations {
  readonly calls: readonly Call[];
  readonly #expected: readonly Expectation[];

  private constructor(expected: readonly Expectation[], calls: readonly Call[]) {
    this.#expected = expected;
    this.calls = calls;
  }

  static async of(
    database: Database,
    serial: number,
    master: MasterGeneration,
    writes: readonly Write[],
  ): Promise<Expectations> {
    const expected = writes.filter((write) => write.kind === 'expect');
    if (expected.length === 0) return new Expectations([], []);
    const search = new CollectionSearch(database, serial, master);
    const calls = expected.map(({ type, criterion, ids }) => search.idsOf(type, criterion, ids.length));
    return new Expectations(expected, await Promise.all(calls));
  }

  /** @throws write-contended where one of them finds something else */
  check(replies: readonly Reply[]): void {
    for (const [index, { ids }] of this.#expected.entries()) {
      const found = new Set(replies[index]!.rows.map(({ id }) => id));
      if (found.size !== ids.length || !ids.every((id) => found.has(id))) {
        throw new WarmfhirError('write-contended');
      }
    }
  }
}
