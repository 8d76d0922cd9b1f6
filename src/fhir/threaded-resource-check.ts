import { BatchingThread } from '../threads/batching-thread.ts';
import { scriptUrl } from '../threads/script-url.ts';
import type { ExpectedResource, ResourceCheck } from './resource-check.ts';
import type { CheckCall } from './resource-check-thread.ts';
import type { ResourceContent } from './resource-content.ts';

/** From this size in bytes on a body may take its thread long enough for others to notice. */
const LARGE_BODY = 256 * 1024;

/**
 * Checks bodies on threads of its own, one for small bodies and one for large ones, each started by the first of its
 * kind: R4's definitions cost readers nothing, and a large body of one tenant holds up no small one of another.
 */
export class ThreadedResourceCheck implements ResourceCheck {
  readonly #small = checkThread();
  readonly #large = checkThread();

  check(body: Uint8Array, expected: ExpectedResource): Promise<ResourceContent> {
    const thread = body.byteLength < LARGE_BODY ? this.#small : this.#large;
    // A message takes a view's whole buffer along, which for a small body is the pool of many.
    const own = body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
    return thread.call({ body: own, expected });
  }

  async close(): Promise<void> {
    await Promise.all([this.#small.close(), this.#large.close()]);
  }
}

function checkThread(): BatchingThread<CheckCall, ResourceContent> {
  return new BatchingThread(scriptUrl('resource-check-thread', import.meta.url));
}
