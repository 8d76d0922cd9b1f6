import { BatchingThread } from '../threads/batching-thread.ts';
import { scriptUrl } from '../threads/script-url.ts';
import type { BundleCall, BundleReply } from './bundle-call.ts';
import type {
  BatchEntry,
  BundleAnswer,
  BundleOutline,
  LinkedWrites,
  OpenBundle,
  RequestBundles,
} from './request-bundles.ts';
import type { Decisions } from './transaction-writes.ts';

/** From this size in bytes on a Bundle may take its thread long enough for others to notice. */
const LARGE_BUNDLE = 4 * 1024 * 1024;

type Thread = BatchingThread<BundleCall, BundleReply>;

/** Works on Bundles on threads of its own, one for small ones and one for large ones, each started by the first of its kind. */
export class ThreadedRequestBundles implements RequestBundles {
  readonly #small = bundleThread();
  readonly #large = bundleThread();
  #last = 0;

  async open(body: Uint8Array, bases: readonly string[]): Promise<OpenBundle> {
    const thread = body.byteLength < LARGE_BUNDLE ? this.#small : this.#large;
    const number = ++this.#last;
    // A small body is a view of the pool of many.
    const own = body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
    const call = { kind: 'open', number, body: own, bases } as const;
    const outline = (await thread.call(call, [own.buffer as ArrayBuffer])) as BundleOutline;
    return new ThreadedBundle(thread, number, outline);
  }

  async close(): Promise<void> {
    await Promise.all([this.#small.close(), this.#large.close()]);
  }
}

class ThreadedBundle implements OpenBundle {
  readonly outline: BundleOutline;
  readonly #thread: Thread;
  readonly #number: number;

  constructor(thread: Thread, number: number, outline: BundleOutline) {
    this.#thread = thread;
    this.#number = number;
    this.outline = outline;
  }

  async entries(from: number, count: number): Promise<readonly BatchEntry[]> {
    return (await this.#thread.call({
      ...{ kind: 'entries', number: this.#number, from, count },
    })) as readonly BatchEntry[];
  }

  async writes(decisions: Decisions): Promise<LinkedWrites> {
    return (await this.#thread.call({ kind: 'writes', number: this.#number, decisions })) as LinkedWrites;
  }

  async response(answer: BundleAnswer): Promise<Uint8Array> {
    return (await this.#thread.call({ kind: 'response', number: this.#number, answer })) as Uint8Array;
  }

  async release(): Promise<void> {
    await this.#thread.call({ kind: 'release', number: this.#number });
  }
}

function bundleThread(): Thread {
  return new BatchingThread(scriptUrl('bundle-thread', import.meta.url), {
    // Without a bound the young generation grows to where nothing that passes through ever needs collecting.
    resourceLimits: { maxYoungGenerationSizeMb: 32 },
  });
}
