import { renameSync, statSync } from 'node:fs';
import { WarmfhirError } from '../../errors.ts';
import { contentOfStored } from '../../fhir/review-state.ts';
import { Extraction } from '../../fhir/search/extraction.ts';
import type { IngestDocument } from '../generation.ts';
import { openConnection } from './connection.ts';
import { fileSha256 } from './file-hash.ts';
import { MasterBuild, STREAM_RIDS } from './master-build.ts';
import { MasterFile } from './master-file.ts';
import { fileStat } from './sealed-file-check.ts';
import { type StoreFolder, syncToDisk, unlinkDatabase } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** Documents per transaction. */
const CHUNK = 500;

/** How far a new file is, kept in it as its checkpoint. */
interface Progress {
  /** The last rid that it holds. */
  readonly rid: number;
  /** Hash of the file that it is made from. */
  readonly of: string;
}

/**
 * Builds a file with search indexes, of the same generation and with the same rids, beside a sealed one that has none, and
 * puts it in its place. What was built is kept when it is interrupted.
 */
export class MasterReindex {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #generation: number;

  constructor(folder: StoreFolder, system: SystemFile, generation: number) {
    this.#folder = folder;
    this.#system = system;
    this.#generation = generation;
  }

  /**
   * The caller holds the ingest lock.
   * @returns false when the generation has its indexes
   * @throws ingest-interrupted, generation-unknown, store-damaged
   */
  async run(signal: AbortSignal): Promise<boolean> {
    const sealed = this.#system.sealedFile(this.#generation);
    const path = this.#folder.master(this.#generation);
    const source = new MasterFile(path, this.#generation, sealed.startedAt);
    try {
      if (source.isIndexed) return await this.#finishSwap(path, sealed.sha256);
      await this.#build(source, sealed, signal);
      return true;
    } finally {
      source.close();
    }
  }

  async #build(
    source: MasterFile,
    sealed: { readonly sha256: string; readonly startedAt: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${this.#folder.master(this.#generation)}.reindex`;
    const build = new MasterBuild({
      path,
      number: this.#generation,
      startedAt: sealed.startedAt,
      resumed: true,
      owner: {
        sealed: () => this.#swap(path),
        discarded: () => unlinkDatabase(path),
        released: () => {},
      },
    });
    try {
      let last = await reached(build, sealed.sha256);
      if (last === undefined) {
        await build.discard();
        return await this.#build(source, sealed, signal);
      }
      const extraction = new Extraction();
      for (let rows = source.after(last, CHUNK); rows.length > 0; rows = source.after(last, CHUNK)) {
        if (signal.aborted) throw new WarmfhirError('ingest-interrupted');
        const stream = Math.floor((rows[0]!.rid - 1) / STREAM_RIDS);
        const ofStream = rows.filter(({ rid }) => Math.floor((rid - 1) / STREAM_RIDS) === stream);
        last = ofStream.at(-1)!.rid;
        const checkpoint: Progress = { rid: last, of: sealed.sha256 };
        await build.write({
          stream,
          documents: ofStream.map((row) => documentOf(row, extraction)),
          conditionalCreates: [],
          rejects: [],
          checkpoint: JSON.stringify(checkpoint),
        });
        // Lets a signal in.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await build.seal(0, '');
    } finally {
      await build.close();
    }
  }

  /** One transaction says which file it is; the file gets its name in it. */
  async #swap(built: string): Promise<void> {
    const path = this.#folder.master(this.#generation);
    syncToDisk(built);
    const sealed = {
      bytes: statSync(built).size,
      sha256: await fileSha256(built),
      fileStat: fileStat(built),
    };
    this.#system.transaction(() => {
      this.#system.recordReindexed(this.#generation, sealed);
      renameSync(built, path);
      syncToDisk(this.#folder.path);
    });
  }

  /** A process that ended between the two left a new file that the registry does not know. */
  async #finishSwap(path: string, known: string): Promise<boolean> {
    const connection = openConnection(path, { readonly: true });
    let made: readonly unknown[];
    try {
      made = connection.prepare('SELECT value FROM checkpoint').pluck().all();
    } finally {
      connection.close();
    }
    if (!made.some((value) => progressOf(String(value))?.of === known)) return false;
    const sealed = { bytes: statSync(path).size, sha256: await fileSha256(path), fileStat: fileStat(path) };
    this.#system.transaction(() => this.#system.recordReindexed(this.#generation, sealed));
    return true;
  }
}

/** The last rid that an earlier run has written; undefined when it was made from another file. */
async function reached(build: MasterBuild, source: string): Promise<number | undefined> {
  const checkpoints = [...(await build.checkpoints()).values()].map(progressOf);
  if (checkpoints.some((progress) => progress?.of !== source)) return undefined;
  return Math.max(0, ...checkpoints.map((progress) => progress!.rid));
}

function progressOf(checkpoint: string): Progress | undefined {
  if (!checkpoint.startsWith('{"rid":')) return undefined;
  return JSON.parse(checkpoint) as Progress;
}

function documentOf(
  row: { readonly rid: number; readonly json: string },
  extraction: Extraction,
): IngestDocument {
  const indexed = extraction.indexedValues(JSON.parse(row.json));
  return {
    content: { ...contentOfStored(row.json), indexed },
    sourceUpdated: null,
    position: (row.rid - 1) % STREAM_RIDS,
    pending: false,
    origin: null,
  };
}
