import type { BatchingThread } from '../../threads/batching-thread.ts';
import { FairTurns } from '../../threads/fair-turns.ts';
import type { PackedPage } from '../packed-page.ts';
import type { SearchQuery } from '../search.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type { ReaderCall } from './reader-thread.ts';

/**
 * Carries out the searches that look into the text of every document: on a thread of their own, one at a time, tenants in turns,
 * so that no other search waits for one of them.
 */
export class WordReader {
  readonly #thread: BatchingThread<ReaderCall, unknown>;
  readonly #turns = new FairTurns();

  /** @param thread a reader thread that nothing else uses; the first search starts it */
  constructor(thread: BatchingThread<ReaderCall, unknown>) {
    this.#thread = thread;
  }

  /** @param tenant gives the record as it stands when the turn has come */
  search(id: string, tenant: () => TenantRecord, query: SearchQuery): Promise<PackedPage> {
    const call = () => this.#thread.call({ tenant: tenant(), method: 'search', parameters: [query] });
    return this.#turns.run(id, call) as Promise<PackedPage>;
  }

  /** Lets go of what it has opened for a tenant. */
  async release(serial: number): Promise<void> {
    if (this.#thread.started) await this.#thread.call({ release: serial });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
