import { parentPort } from 'node:worker_threads';
import { WarmfhirError } from '../errors.ts';
import type { ThreadReply } from './batching-thread.ts';

/** What went wrong in a thread, in a form that survives the message to its owner. */
export function failure(error: unknown): ThreadReply<never> {
  if (error instanceof WarmfhirError) {
    const { code, detail, issues } = error;
    return { ok: false, code, detail, ...(issues.length > 0 && { issues }) };
  }
  return {
    ok: false,
    code: 'internal',
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/**
 * The thread's side of a `BatchingThread`: answers every batch with one reply per request, in order.
 * `close` runs before the thread ends.
 */
export function serveBatches<Request, Result>(
  handle: (batch: readonly Request[]) => ThreadReply<Result>[] | Promise<ThreadReply<Result>[]>,
  close: () => void = () => {},
): void {
  const port = parentPort;
  if (port === null) throw new WarmfhirError('internal', 'serveBatches runs in a worker thread only.');
  port.on('message', async (batch: readonly Request[] | null) => {
    if (batch === null) {
      close();
      port.close();
      return;
    }
    let replies: ThreadReply<Result>[];
    try {
      replies = await handle(batch);
    } catch (error) {
      replies = batch.map(() => failure(error));
    }
    port.postMessage(replies);
  });
}
