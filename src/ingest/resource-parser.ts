import type { RawItem } from '../source/source.ts';
import { BatchingThread } from '../threads/batching-thread.ts';
import { scriptUrl } from '../threads/script-url.ts';
import type { ParsedItem, ParseItem, ParseRequest, ParseThreadData } from './parse-request.ts';

/** Parses raw batches on a thread of its own, so that reading and storing have this one. */
export class ResourceParser {
  readonly #thread: BatchingThread<ParseRequest, readonly ParsedItem[]>;

  constructor(data: ParseThreadData) {
    this.#thread = new BatchingThread(scriptUrl('parse-thread', import.meta.url), {
      maxBatch: 1,
      data,
      // Without a bound the young generation grows to where nothing that passes through ever needs collecting.
      resourceLimits: { maxYoungGenerationSizeMb: 32 },
    });
  }

  /**
   * What became of the batch's resources, in their order. Batches of one stream have to be given in the stream's order,
   * because references depend on the Bundle that a stream is in.
   */
  parse(stream: number, items: readonly RawItem[]): Promise<readonly ParsedItem[]> {
    return this.#thread.call(packed(stream, items));
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** A slice of a chunk would take the whole chunk with it into the thread. */
function packed(stream: number, items: readonly RawItem[]): ParseRequest {
  let size = 0;
  for (const item of items) if (item.kind === 'resource') size += item.bytes.length;
  const bytes = new Uint8Array(size);
  const packedItems: ParseItem[] = [];
  let start = 0;
  for (const item of items) {
    if (item.kind === 'resource') {
      bytes.set(item.bytes, start);
      const end = start + item.bytes.length;
      const { id, base } = item;
      packedItems.push({
        kind: 'resource',
        start,
        end,
        ...(id === undefined ? {} : { id }),
        ...(base === undefined ? {} : { base }),
      });
      start = end;
    } else if (item.kind === 'entry-urls') packedItems.push(item);
  }
  return { stream, bytes, items: packedItems };
}
