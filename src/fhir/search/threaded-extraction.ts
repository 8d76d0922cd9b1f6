import { BatchingThread } from '../../threads/batching-thread.ts';
import { scriptUrl } from '../../threads/script-url.ts';
import type { IndexedValues } from './indexed-values.ts';

/** Extraction on a thread of its own, which the first call starts: for whoever has many documents and other things to do. */
export class ThreadedExtraction {
  readonly #thread = new BatchingThread<readonly string[], readonly IndexedValues[]>(
    scriptUrl('extraction-thread', import.meta.url),
    { maxBatch: 1 },
  );

  /** What stored resources (JSON texts) are found by, in their order. */
  indexedValues(texts: readonly string[]): Promise<readonly IndexedValues[]> {
    return texts.length === 0 ? Promise.resolve([]) : this.#thread.call(texts);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
