import type { RawBatch, SourceStream } from '../source/source.ts';
import type { ConditionalCreate, GenerationBuild, IngestDocument, Reject } from '../store/generation.ts';
import type { ParsedItem } from './parse-request.ts';
import type { ResourceParser } from './resource-parser.ts';

/** Checkpoint of a stream that has been read to its end. */
export const DONE = 'done';

/** Between reading and storing, of one stream: while a batch is written the next are parsed. */
const MAX_BATCHES_IN_FLIGHT = 2;
const MAX_BYTES_IN_FLIGHT = 4 * 2 ** 20;

export interface CopyTarget {
  readonly build: GenerationBuild;
  /** Where the streams go on, by their ordinals. */
  readonly checkpoints: ReadonlyMap<number, string>;
  readonly parser: ResourceParser;
  /** Told after every commit. */
  readonly onWritten: (resources: number, rejects: number) => void;
}

interface InFlight {
  readonly bytes: number;
  /** Resolves once it is committed. */
  readonly written: Promise<void>;
}

/**
 * Reads one stream from its checkpoint on, parses and stores it batch by batch, each committed with its checkpoint.
 * When `signal` aborts or reading fails, what was read before is still stored.
 */
export async function copyStream(
  ordinal: number,
  stream: SourceStream,
  target: CopyTarget,
  signal: AbortSignal,
): Promise<void> {
  const checkpoint = target.checkpoints.get(ordinal);
  if (checkpoint === DONE) return;
  const batches = stream.read(checkpoint, signal)[Symbol.asyncIterator]();
  const inFlight: InFlight[] = [];
  let last = Promise.resolve();
  try {
    while (true) {
      const next = await beforeAbort(batches.next(), signal);
      if (next === undefined || next.done) break;
      const raw = next.value;
      last = writeBehind(last, ordinal, raw, target).then(() => {
        inFlight.shift();
      });
      // Whoever awaits it gets the error; until then it must not count as unhandled.
      last.catch(() => {});
      inFlight.push({ bytes: raw.bytes, written: last });
      while (isFull(inFlight)) await inFlight[0]!.written;
    }
  } finally {
    // Closes what it reads from; one that still waits does so when its answer comes.
    batches.return?.().catch(() => {});
    await last;
  }
}

/** Parses now, and writes once the batches before it are written. */
async function writeBehind(
  before: Promise<void>,
  ordinal: number,
  raw: RawBatch,
  target: CopyTarget,
): Promise<void> {
  const [parsed] = await Promise.all([target.parser.parse(ordinal, raw.items), before]);
  await write(ordinal, raw, parsed, target);
}

function isFull(inFlight: readonly InFlight[]): boolean {
  const bytes = inFlight.reduce((sum, batch) => sum + batch.bytes, 0);
  return inFlight.length >= MAX_BATCHES_IN_FLIGHT || bytes >= MAX_BYTES_IN_FLIGHT;
}

async function write(
  ordinal: number,
  raw: RawBatch,
  parsed: readonly ParsedItem[],
  { build, onWritten }: CopyTarget,
): Promise<void> {
  const documents: IngestDocument[] = [];
  const conditionalCreates: ConditionalCreate[] = [];
  const rejects: Reject[] = [];
  let at = 0;
  for (const item of raw.items) {
    if (item.kind === 'reject') {
      rejects.push({ ...item.origin, reason: item.reason, ...typed(item.type) });
    } else if (item.kind === 'resource') {
      const result = parsed[at]!;
      at++;
      if (!result.ok) {
        rejects.push({ ...item.origin, reason: result.reason, ...typed(result.type) });
        continue;
      }
      const { content, sourceUpdated, pending } = result;
      const undecided = pending || item.ifNoneExist !== undefined;
      const document: IngestDocument = {
        content,
        sourceUpdated,
        position: item.position,
        pending,
        origin: undecided ? item.origin : null,
      };
      if (item.ifNoneExist === undefined) documents.push(document);
      else conditionalCreates.push({ document, criteria: item.ifNoneExist });
    }
  }
  const checkpoint = raw.done ? DONE : raw.checkpoint;
  await build.write({ stream: ordinal, documents, conditionalCreates, rejects, checkpoint });
  onWritten(documents.length + conditionalCreates.length, rejects.length);
}

function typed(type: string | undefined): { readonly type?: string } {
  return type === undefined ? {} : { type };
}

/** The promise's value, or undefined when `signal` aborts first. */
function beforeAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const aborted = () => resolve(undefined);
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
