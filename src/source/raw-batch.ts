import type { RawBatch, RawItem } from './source.ts';

/** So much is committed at once: enough to make a commit cheap, little enough to lose and to hold in memory. */
const MAX_ITEMS = 500;
const MAX_BYTES = 2 ** 20;

/** Collects items until they are worth a commit. */
export class RawBatchBuilder {
  #items: RawItem[] = [];
  #bytes = 0;

  add(item: RawItem): void {
    this.#items.push(item);
    if (item.kind === 'resource') this.#bytes += item.bytes.length;
    if (item.kind === 'entry-urls') {
      for (const [url, target] of item.urls) this.#bytes += url.length + target.length;
    }
  }

  get full(): boolean {
    return this.#items.length >= MAX_ITEMS || this.#bytes >= MAX_BYTES;
  }

  /** The batch, and an empty builder. */
  take(checkpoint: object, done = false): RawBatch {
    const batch = { items: this.#items, bytes: this.#bytes, checkpoint: JSON.stringify(checkpoint), done };
    this.#items = [];
    this.#bytes = 0;
    return batch;
  }
}
