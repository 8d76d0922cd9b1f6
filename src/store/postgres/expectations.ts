import { WarmfhirError } from '../../errors.ts';
import type { Expectation, Write } from '../write.ts';
import type { Database } from './database.ts';
import type { Reply } from './database-connection.ts';
import { IdLookups } from './id-lookups.ts';
import type { MasterGeneration } from './master-generations.ts';
import type { Call } from './statement.ts';

/** What a request expects searches to find, as statements for the transaction that holds the tenant's lock. */
export class Expectations {
  readonly #lookups: IdLookups;
  readonly #expected: readonly Expectation[];

  private constructor(expected: readonly Expectation[], lookups: IdLookups) {
    this.#expected = expected;
    this.#lookups = lookups;
  }

  static async of(
    database: Database,
    serial: number,
    master: MasterGeneration,
    writes: readonly Write[],
  ): Promise<Expectations> {
    const expected = writes.filter((write) => write.kind === 'expect');
    const asked = expected.map(({ type, criterion, ids }) => ({ type, criterion, most: ids.length }));
    return new Expectations(expected, await IdLookups.of(database, serial, master, asked));
  }

  get calls(): readonly Call[] {
    return this.#lookups.calls;
  }

  /** @throws write-contended where one of them finds something else */
  check(replies: readonly Reply[]): void {
    const all = this.#lookups.found(replies);
    for (const [index, { ids }] of this.#expected.entries()) {
      const found = new Set(all[index]);
      if (found.size !== ids.length || !ids.every((id) => found.has(id))) {
        throw new WarmfhirError('write-contended');
      }
    }
  }
}
