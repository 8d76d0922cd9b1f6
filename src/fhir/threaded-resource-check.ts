import { BatchingThread } from '../threads/batching-thread.ts';
import { scriptUrl } from '../threads/script-url.ts';
import type { ExpectedResource, ResourceCheck } from './resource-check.ts';
import type { CheckCall } from './resource-check-thread.ts';
import type { ResourceContent } from './resource-content.ts';

/** Checks bodies on a thread of its own, started by the first of them: R4's definitions cost readers nothing. */
export class ThreadedResourceCheck implements ResourceCheck {
  readonly #thread = new BatchingThread<CheckCall, ResourceContent>(
    scriptUrl('resource-check-thread', import.meta.url),
  );

  check(body: Uint8Array, expected: ExpectedResource): Promise<ResourceContent> {
    return this.#thread.call({ body, expected });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
