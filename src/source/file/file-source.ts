import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Log } from '../../log.ts';
import { RawBatchBuilder } from '../raw-batch.ts';
import type { OpenSource, RawBatch, Source } from '../source.ts';
import { fileChunks } from './file-chunks.ts';
import type { FilePlace, PlacedItem } from './file-place.ts';
import { indexBundle } from './read-bundle.ts';
import { readJson } from './read-json.ts';
import { readLines } from './read-lines.ts';
import { type SourceFile, sourceFiles } from './source-files.ts';

export interface FileSourceOptions {
  /** Files and folders in the order given; `-` is standard input. */
  readonly paths: readonly string[];
  readonly maxResourceBytes: number;
  readonly stdin: Readable;
  readonly log: Log;
}

interface Checkpoint extends FilePlace {
  /** Index of the file. */
  readonly file: number;
}

/** Files as one ordered stream: as named, folders by name. Throws `ingest-source-invalid` for a path that is not there. */
export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  readonly #files: readonly SourceFile[];
  /** Bytes read of the files themselves. */
  #done = 0;
  #current = 0;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#files = sourceFiles(options.paths, options.log);
  }

  async open(): Promise<OpenSource> {
    const files = this.#files;
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const known = files.every(({ format }) => format !== 'stdin');
    return {
      signature: JSON.stringify([
        'files',
        this.#options.maxResourceBytes,
        ...files.map(({ path, bytes, modifiedMs, named }) => [resolve(path), bytes, modifiedMs, named]),
      ]),
      parallel: 1,
      streams: [{ name: 'files', read: (checkpoint, signal) => this.#read(checkpoint, signal) }],
      progress: () => (known && total > 0 ? Math.min(1, (this.#done + this.#current) / total) : undefined),
      findEntries: (fullUrls, signal) => this.#findEntries(fullUrls, signal),
    };
  }

  async *#read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RawBatch> {
    const start: Checkpoint =
      checkpoint === undefined
        ? { file: 0, offset: 0, line: 0, position: 0 }
        : (JSON.parse(checkpoint) as Checkpoint);
    const batch = new RawBatchBuilder();
    let { position } = start;
    for (const [index, file] of this.#files.entries()) {
      if (index >= start.file) {
        const from: FilePlace = index === start.file ? start : { offset: 0, line: 0, position };
        batch.add({ kind: 'entry-urls', start: true, urls: [] });
        for await (const items of this.#items(file, from, signal)) {
          for (const { item, behind } of items) {
            batch.add(item);
            position = behind.position;
            if (batch.full) yield batch.take({ file: index, ...behind });
            if (signal.aborted) return;
          }
        }
      }
      this.#done += file.bytes;
      this.#current = 0;
    }
    yield batch.take({ file: this.#files.length, offset: 0, line: 0, position }, true);
  }

  #items(file: SourceFile, from: FilePlace, signal: AbortSignal): AsyncIterable<readonly PlacedItem[]> {
    const { maxResourceBytes, log, stdin } = this.#options;
    const onRead = (bytes: number) => {
      this.#current = Math.min(bytes, file.bytes);
    };
    if (file.format === 'json') return readJson(file, { from, maxResourceBytes, log, onRead });
    const chunks =
      file.format === 'stdin'
        ? passedOver(from.offset, stdin, signal)
        : fileChunks(file.path, { offset: from.offset, onRead });
    return readLines(chunks, { source: file.path, from, maxResourceBytes });
  }

  async #findEntries(
    fullUrls: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const file of this.#files) {
      if (file.format !== 'json') continue;
      for await (const urls of indexBundle(fileChunks(file.path), this.#options.maxResourceBytes)) {
        for (const [url, target] of urls) {
          if (fullUrls.has(url) && !found.has(url)) found.set(url, target);
        }
        if (signal.aborted) return found;
      }
    }
    return found;
  }
}

/** Standard input behind its first bytes. Whoever writes to it may never end, so an abort lets go of it. */
async function* passedOver(bytes: number, stdin: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const letGo = () => stdin.destroy();
  signal.addEventListener('abort', letGo, { once: true });
  try {
    let left = bytes;
    for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
      if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
      left = Math.max(0, left - chunk.length);
    }
  } finally {
    signal.removeEventListener('abort', letGo);
  }
}
