import { MasterFile } from './master-file.ts';
import { requireSealedSize } from './sealed-file-check.ts';
import type { StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** The open generations of one thread. */
export class MasterFiles {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #open = new Map<number, MasterFile>();
  /** Of the open files, as they were sealed. */
  readonly #hashes = new Map<number, string>();

  constructor(folder: StoreFolder, system: SystemFile) {
    this.#folder = folder;
    this.#system = system;
  }

  /** @throws generation-unknown, store-damaged */
  get(generation: number): MasterFile {
    let file = this.#open.get(generation);
    if (file?.isIndexed === false && this.#isReindexed(file)) {
      file.close();
      file = undefined;
    }
    if (file === undefined) {
      const sealed = this.#system.sealedFile(generation);
      const path = this.#folder.master(generation);
      requireSealedSize(path, sealed);
      file = new MasterFile(path, generation, sealed.startedAt);
      this.#hashes.set(generation, sealed.sha256);
      this.#open.set(generation, file);
    }
    return file;
  }

  /** Another file stands in its place. */
  #isReindexed({ generation }: MasterFile): boolean {
    return this.#system.sealedFile(generation).sha256 !== this.#hashes.get(generation);
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}
