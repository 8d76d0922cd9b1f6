import { MasterFile } from './master-file.ts';
import { requireSealedSize } from './sealed-file-check.ts';
import type { StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** The open generations of one thread. */
export class MasterFiles {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #open = new Map<number, MasterFile>();

  constructor(folder: StoreFolder, system: SystemFile) {
    this.#folder = folder;
    this.#system = system;
  }

  /** @throws generation-unknown, store-damaged */
  get(generation: number): MasterFile {
    let file = this.#open.get(generation);
    if (file === undefined) {
      const sealed = this.#system.sealedFile(generation);
      const path = this.#folder.master(generation);
      requireSealedSize(path, sealed);
      file = new MasterFile(path, generation, sealed.startedAt);
      this.#open.set(generation, file);
    }
    return file;
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}
