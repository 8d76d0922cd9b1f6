import type { WarmfhirError } from '../../errors.ts';
import type { StoredDocument } from '../document.ts';
import { DocumentCache } from '../document-cache.ts';
import type { MasterFile } from './master-file.ts';
import type { MasterFiles } from './master-files.ts';
import { fileStat, requireSealedBytes } from './sealed-file-check.ts';
import type { StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** One generation as the HTTP thread reads it. */
class MasterReader {
  readonly #file: MasterFile;
  readonly #cache: DocumentCache;
  damage: WarmfhirError | undefined;

  constructor(file: MasterFile, cacheBytes: number) {
    this.#file = file;
    this.#cache = new DocumentCache(cacheBytes);
  }

  read(type: string, id: string): StoredDocument | undefined {
    if (this.damage !== undefined) throw this.damage;
    const cached = this.#cache.get(type, id);
    if (cached !== undefined) return cached;
    const document = this.#file.read(type, id);
    if (document !== undefined) this.#cache.set(document);
    return document;
  }
}

/** Point reads of sealed generations, with the check that their files hold what was sealed. */
export class MasterDocuments {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #masters: MasterFiles;
  readonly #cacheBytes: number;
  readonly #readers = new Map<number, MasterReader>();
  readonly #verifying = new Set<Promise<void>>();

  constructor(parts: {
    readonly folder: StoreFolder;
    readonly system: SystemFile;
    readonly masters: MasterFiles;
    readonly cacheBytes: number;
  }) {
    this.#folder = parts.folder;
    this.#system = parts.system;
    this.#masters = parts.masters;
    this.#cacheBytes = parts.cacheBytes;
  }

  /** @throws store-damaged, generation-unknown */
  reader(generation: number): { read(type: string, id: string): StoredDocument | undefined } {
    return this.#reader(generation);
  }

  /** Refuses a generation whose file was found damaged. */
  requireSound(generation: number): void {
    const { damage } = this.#reader(generation);
    if (damage !== undefined) throw damage;
  }

  /**
   * Verifies every sealed generation: at once, where a file was touched since it was last known to be right; beside the
   * running service otherwise. @throws store-damaged for the newest one
   */
  async prepare(): Promise<void> {
    const newest = this.#system.newestSealed();
    for (const { number, state } of this.#system.generations()) {
      if (state !== 'sealed') continue;
      try {
        await this.#prepare(number);
      } catch (error) {
        if (number === newest) throw error;
      }
    }
  }

  /** The newest generation can be read. @throws store-damaged */
  check(): void {
    const newest = this.#system.newestSealed();
    if (newest !== undefined) this.requireSound(newest);
  }

  /** Waits for verifications that run in the background. */
  async close(): Promise<void> {
    await Promise.all(this.#verifying);
  }

  async #prepare(generation: number): Promise<void> {
    const reader = this.#reader(generation);
    const path = this.#folder.master(generation);
    const sealed = this.#system.sealedFile(generation);
    const stat = fileStat(path);
    const verified = requireSealedBytes(path, sealed).catch((error: WarmfhirError) => {
      reader.damage = error;
      throw error;
    });
    if (stat === sealed.fileStat) {
      const background: Promise<void> = verified
        .catch(() => {})
        .finally(() => this.#verifying.delete(background));
      this.#verifying.add(background);
      return;
    }
    await verified;
    this.#system.recordFileStat(generation, stat);
  }

  #reader(generation: number): MasterReader {
    let reader = this.#readers.get(generation);
    if (reader === undefined) {
      reader = new MasterReader(this.#masters.get(generation), this.#cacheBytes);
      this.#readers.set(generation, reader);
    }
    return reader;
  }
}
