import { type ResourceLimits, Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorIssue, WarmfhirError } from '../errors.ts';

/** What the thread answers for one request of a batch. */
export type ThreadReply<Result> =
  | { readonly ok: true; readonly value: Result }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly detail: string;
      readonly issues?: readonly ErrorIssue[];
    };

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (value: Result) => void;
  readonly reject: (error: WarmfhirError) => void;
}

export interface BatchingThreadOptions {
  /** Most requests handed over at once; default 256. */
  readonly maxBatch?: number;
  /** Passed to the thread's script as `workerData`. */
  readonly data?: unknown;
  /** Bounds of the thread's heap. */
  readonly resourceLimits?: ResourceLimits;
  /** A batch that takes longer is rejected with this error, and the thread ended with it. */
  readonly timeLimit?: { readonly ms: number; readonly error: () => WarmfhirError };
}

/**
 * One worker thread, started at its first call or by `start`, that receives everything that queued up while it was busy as one
 * batch: one message each way however many callers wait, and a group commit for free.
 *
 * The script answers with `serveBatches`. A thread that dies rejects what it held with `store-unavailable` and is
 * started again by the next call.
 */
export class BatchingThread<Request, Result> {
  readonly #script: URL;
  readonly #options: BatchingThreadOptions;
  #worker: Worker | undefined;
  #queue: Waiting<Request, Result>[] = [];
  #running: Waiting<Request, Result>[] = [];
  #idle: (() => void)[] = [];
  #closed = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(script: URL, options: BatchingThreadOptions = {}) {
    this.#script = script;
    this.#options = options;
  }

  /** False until the first call, and after the thread has ended. */
  get started(): boolean {
    return this.#worker !== undefined;
  }

  /** Starts the thread ahead of its first call, which then does not wait for it. */
  start(): void {
    if (this.#closed || this.#worker !== undefined) return;
    this.#worker = this.#start();
    this.#worker.unref();
  }

  /** @param transfer buffers that the request gives away instead of having them copied */
  call(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    if (this.#closed) return Promise.reject(new WarmfhirError('shutting-down'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, transfer, resolve, reject });
      // Requests of the same turn of the event loop travel together.
      if (this.#queue.length === 1 && this.#running.length === 0) setImmediate(() => this.#send());
    });
  }

  /** Waits for what was called, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queue.length + this.#running.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    // The script closes its files on this message and ends by itself: terminate() would skip that.
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage(null);
    await ended;
  }

  #send(): void {
    if (this.#running.length > 0) return;
    if (this.#queue.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#worker ??= this.#start();
    this.#running = this.#queue.splice(0, this.#options.maxBatch ?? 256);
    this.#worker.ref();
    this.#worker.postMessage(
      this.#running.map((waiting) => waiting.request),
      this.#running.flatMap((waiting) => waiting.transfer),
    );
    this.#limitTime(this.#worker);
  }

  #limitTime(worker: Worker): void {
    const { timeLimit } = this.#options;
    if (timeLimit === undefined) return;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#fail(worker, undefined, timeLimit.error());
      void worker.terminate();
    }, timeLimit.ms);
  }

  #start(): Worker {
    const { data, resourceLimits = {} } = this.#options;
    const worker = new Worker(this.#script, { workerData: data, resourceLimits });
    worker.on('message', (replies: ThreadReply<Result>[]) => {
      const answered = this.#running;
      this.#running = [];
      clearTimeout(this.#deadline);
      this.#send();
      if (this.#running.length === 0) worker.unref();
      for (const [index, waiting] of answered.entries()) {
        const reply = replies[index]!;
        if (reply.ok) waiting.resolve(reply.value);
        else waiting.reject(new WarmfhirError(reply.code, reply.detail, { issues: reply.issues ?? [] }));
      }
    });
    worker.on('error', (cause) => this.#fail(worker, cause));
    worker.on('exit', () => this.#fail(worker, undefined));
    return worker;
  }

  #fail(
    worker: Worker,
    cause: unknown,
    error = new WarmfhirError('store-unavailable', 'A worker thread ended unexpectedly.', { cause }),
  ): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    clearTimeout(this.#deadline);
    const lost = this.#running;
    this.#running = [];
    for (const { reject } of lost) reject(error);
    this.#send();
  }
}
