import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unreadable } from './source-files.ts';

const CHUNK_BYTES = 2 ** 18;

export interface FileChunksOptions {
  /** Byte offset in the decompressed file at which to start. */
  readonly offset?: number;
  /** Told how many bytes of the file itself have been read. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * The bytes of a file, decompressed where it begins like gzip, whatever it is called. Throws `ingest-source-invalid`
 * naming the file when it cannot be read or the compressed data is damaged.
 */
export async function* fileChunks(path: string, options: FileChunksOptions = {}): AsyncGenerator<Uint8Array> {
  const offset = options.offset ?? 0;
  let file: ReadStream | undefined;
  let chunks: Readable | undefined;
  try {
    const compressed = await isGzip(path);
    file = createReadStream(path, { highWaterMark: CHUNK_BYTES, start: compressed ? 0 : offset });
    chunks = compressed ? gunzipped(file) : file;
    let skip = compressed ? offset : 0;
    const before = compressed ? 0 : offset;
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      options.onRead?.(before + file.bytesRead);
      if (skip >= chunk.length) skip -= chunk.length;
      else {
        yield skip === 0 ? chunk : chunk.subarray(skip);
        skip = 0;
      }
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    file?.destroy();
    chunks?.destroy();
  }
}

function gunzipped(file: ReadStream): Readable {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  const out = new PassThrough({ highWaterMark: 2 ** 20 });
  pipeline(file, gunzip, out).catch((error: Error) => out.destroy(error));
  return out;
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
