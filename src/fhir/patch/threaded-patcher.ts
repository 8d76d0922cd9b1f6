import { WarmfhirError } from '../../errors.ts';
import { BatchingThread } from '../../threads/batching-thread.ts';
import { FairTurns } from '../../threads/fair-turns.ts';
import { scriptUrl } from '../../threads/script-url.ts';
import type { Patch, Patcher } from './patch.ts';
import type { PatchCall } from './patch-thread.ts';

/** Longer than any patch takes that is meant well: an expression can be written so that it never ends. */
const TIME_LIMIT_MS = 5_000;

/** Applies patches on a thread of its own, which the first of them starts; tenants take turns. */
export class ThreadedPatcher implements Patcher {
  readonly #thread: BatchingThread<PatchCall, string>;
  readonly #turns = new FairTurns();

  constructor(timeLimitMs: number = TIME_LIMIT_MS) {
    const error = () => new WarmfhirError('patch-not-applicable', 'The patch takes too long.');
    this.#thread = new BatchingThread(scriptUrl('patch-thread', import.meta.url), {
      // One that is ended takes no other with it.
      maxBatch: 1,
      timeLimit: { ms: timeLimitMs, error },
    });
  }

  apply(tenant: string, document: string, { form, body }: Patch): Promise<string> {
    // A message takes a view's whole buffer along, which for a small body is the pool of many.
    const call = { document, patch: { form, body: new Uint8Array(body) } };
    return this.#turns.run(tenant, () => this.#thread.call(call));
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
