import { existsSync, statSync } from 'node:fs';
import { WarmfhirError } from '../../errors.ts';
import type { GenerationBuild, GenerationInfo, GenerationStore, IngestionStatus } from '../generation.ts';
import { MOVED } from '../transfer.ts';
import { fileSha256 } from './file-hash.ts';
import { IngestLock } from './ingest-lock.ts';
import { type BuildOwner, MasterBuild } from './master-build.ts';
import type { MasterFiles } from './master-files.ts';
import { MasterReindex } from './master-reindex.ts';
import { fileStat } from './sealed-file-check.ts';
import { databaseBytes, type StoreFolder, syncToDisk, unlinkDatabase } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** Generations as files `default.g<N>.db` with their rows in `system.db`. */
export class GenerationFiles implements GenerationStore {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #masters: MasterFiles;

  constructor(folder: StoreFolder, system: SystemFile, masters: MasterFiles) {
    this.#folder = folder;
    this.#system = system;
    this.#masters = masters;
  }

  async ingestionStatus(): Promise<IngestionStatus | undefined> {
    return this.#system.ingestionStatus();
  }

  async setIngestionStatus(status: IngestionStatus): Promise<void> {
    this.#system.setIngestionStatus(status);
  }

  async list(): Promise<readonly GenerationInfo[]> {
    return this.#system.generations();
  }

  async counts(generation: number): Promise<ReadonlyMap<string, number>> {
    return this.#masters.get(generation).counts();
  }

  async build(sources: string, startedAt: number): Promise<GenerationBuild> {
    const lock = new IngestLock(this.#folder.ingestLock);
    try {
      return this.#openBuild(sources, startedAt, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  async reindex(generation: number, signal: AbortSignal): Promise<boolean> {
    const lock = new IngestLock(this.#folder.ingestLock);
    try {
      return await new MasterReindex(this.#folder, this.#system, generation).run(signal);
    } finally {
      lock.release();
    }
  }

  async prune(generation: number): Promise<void> {
    this.#system.transaction(() => {
      const info = this.#system
        .generations()
        .find((each) => each.number === generation && each.state === 'sealed');
      if (info === undefined)
        throw new WarmfhirError('generation-unknown', `There is no sealed generation ${generation}.`);
      if (generation === this.#system.newestSealed()) {
        throw new WarmfhirError(
          'generation-pinned',
          `Generation ${generation} is the newest: new tenants get it.`,
        );
      }
      if (info.tenants > 0) {
        throw new WarmfhirError(
          'generation-pinned',
          `${info.tenants} tenants are pinned to generation ${generation}.`,
        );
      }
      this.#system.run("UPDATE generation SET state = 'pruned', bytes = 0 WHERE number = ?", generation);
    });
    unlinkDatabase(this.#folder.master(generation));
  }

  #openBuild(sources: string, startedAt: number, lock: IngestLock): MasterBuild {
    const unfinished = this.#system.unfinishedGeneration();
    if (unfinished?.sources === MOVED) throw new WarmfhirError('move-unfinished');
    if (unfinished !== undefined) {
      if (unfinished.sources === sources && existsSync(this.#folder.master(unfinished.number))) {
        return this.#masterBuild(unfinished.number, unfinished.startedAt, true, lock);
      }
      this.#discard(unfinished.number);
    }
    const number = this.#system.beginGeneration(sources, startedAt);
    unlinkDatabase(this.#folder.master(number));
    return this.#masterBuild(number, startedAt, false, lock);
  }

  #masterBuild(number: number, startedAt: number, resumed: boolean, lock: IngestLock): MasterBuild {
    const owner: BuildOwner = {
      sealed: (build, completedAt, message) =>
        this.#seal(build.number, build.resources, completedAt, message),
      discarded: (discarded) => this.#discard(discarded),
      released: () => lock.release(),
    };
    return new MasterBuild({ path: this.#folder.master(number), number, startedAt, resumed, owner });
  }

  async #seal(number: number, resources: number, completedAt: number, message: string): Promise<void> {
    const path = this.#folder.master(number);
    syncToDisk(path);
    syncToDisk(this.#folder.path);
    const sealed = {
      number,
      resources,
      bytes: statSync(path).size,
      sha256: await fileSha256(path),
      fileStat: fileStat(path),
    };
    this.#system.transaction(() => {
      this.#system.sealGeneration(sealed, completedAt);
      const startedAt = new Date(this.#system.sealedFile(number).startedAt).toISOString();
      this.#system.setIngestionStatus({
        _id: '_system/ingestion_status',
        ready: true,
        startedAt,
        completedAt: new Date(completedAt).toISOString(),
        message,
      });
    });
  }

  #discard(number: number): void {
    this.#system.run("DELETE FROM generation WHERE number = ? AND state = 'building'", number);
    unlinkDatabase(this.#folder.master(number));
  }

  /** Bytes of all generations on disk. */
  bytes(): number {
    const numbers = this.#system.generations().filter((each) => each.state !== 'pruned');
    return numbers.reduce((total, each) => total + databaseBytes(this.#folder.master(each.number)), 0);
  }
}
