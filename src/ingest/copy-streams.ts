import { WarmfhirError } from '../errors.ts';
import type { SourceStream } from '../source/source.ts';
import { type CopyTarget, copyStream } from './copy-stream.ts';

export interface CopyStreamsOptions {
  /** Ordinal of the first stream; the others follow. */
  readonly first: number;
  readonly streams: readonly SourceStream[];
  /** How many are copied at once. */
  readonly parallel: number;
  readonly target: CopyTarget;
  readonly signal: AbortSignal;
}

/**
 * Copies streams, several at once. When one fails, the others store what they have read and stop, and its error is
 * thrown; `ingest-interrupted` when `signal` aborted.
 */
export async function copyStreams(options: CopyStreamsOptions): Promise<void> {
  const { first, streams, target, signal } = options;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let failure: unknown;
  let next = 0;
  const copyRest = async () => {
    while (next < streams.length && !stop.aborted) {
      const index = next;
      next++;
      try {
        await copyStream(first + index, streams[index]!, target, stop);
      } catch (error) {
        if (!stop.aborted) failure = error;
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, streams.length) }, copyRest));
  if (failure !== undefined) throw failure;
  if (signal.aborted) throw new WarmfhirError('ingest-interrupted');
}
