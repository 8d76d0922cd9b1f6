import type { Resolution, Resolved, Write, WriteResult } from './write.ts';

/**
 * Many writes as bytes that threads share: whoever passes them on neither copies them nor looks at them. Each chunk holds
 * whole lines, each line one `BulkWrite` as JSON.
 */
export interface BulkWrites {
  readonly chunks: readonly Uint8Array[];
}

export type BulkWrite = Write | Resolution;

export type BulkWriteResult = WriteResult | Resolved;

/** What became of one of them. */
export interface BulkResult {
  readonly status: BulkWriteResult['status'];
  /** Of the version that stands now; absent where there is none. */
  readonly version?: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdated?: number;
  /** What a resolution found. */
  readonly ids?: readonly string[];
}

/** Results in the order of the writes, as bytes. */
export interface BulkResults {
  readonly chunk: Uint8Array;
  /** True where a resolution does not hold: nothing was written. */
  readonly isUndone: boolean;
}

const CHUNK_CHARACTERS = 2 * 1024 * 1024;

/** Puts writes together for `CollectionStore.writeBulk`. */
export class BulkWriter {
  readonly #chunks: Uint8Array[] = [];
  #lines: string[] = [];
  #characters = 0;

  add(write: BulkWrite): void {
    const line = JSON.stringify(write);
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= CHUNK_CHARACTERS) this.#flush();
  }

  end(): BulkWrites {
    this.#flush();
    return { chunks: this.#chunks };
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#chunks.push(sharedBytes(this.#lines.join('\n')));
    this.#lines = [];
    this.#characters = 0;
  }
}

/** The writes one by one. */
export function* readBulkWrites({ chunks }: BulkWrites): Generator<BulkWrite> {
  for (const chunk of chunks) {
    for (const line of textOf(chunk).split('\n')) yield JSON.parse(line) as BulkWrite;
  }
}

export function packResults(results: Iterable<BulkWriteResult>): BulkResults {
  let isUndone = false;
  const packed = Array.from(results, (result) => {
    if (result.status === 'resolved' && !result.holds) isUndone = true;
    return bulkResult(result);
  });
  return { chunk: sharedBytes(JSON.stringify(packed)), isUndone };
}

export function readBulkResults({ chunk }: BulkResults): readonly BulkResult[] {
  return JSON.parse(textOf(chunk)) as BulkResult[];
}

function bulkResult(result: BulkWriteResult): BulkResult {
  if (result.status === 'resolved') return { status: result.status, ids: result.ids };
  if (!('document' in result) || result.document === undefined) return { status: result.status };
  const { version, lastUpdated } = result.document;
  return { status: result.status, version, lastUpdated };
}

/** Text in UTF-8, in memory that a message to another thread shares instead of copying it. */
function sharedBytes(text: string): Uint8Array {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.from(new SharedArrayBuffer(length));
  bytes.write(text);
  return new Uint8Array(bytes.buffer);
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
