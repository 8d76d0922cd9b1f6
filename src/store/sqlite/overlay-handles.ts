import { statSync } from 'node:fs';
import { PlanMemory } from '../search/plan-memory.ts';
import { OverlayFile, REMEMBERED_BYTES } from './overlay-file.ts';
import type { StoreFolder } from './store-folder.ts';

/** Above this size a first look at every page would hold up whoever waits. */
const VERIFIED_ON_OPENING = 8 * 1024 * 1024;

/**
 * The open overlays of one thread, at most `limit`, least recently used closed first. Callers are synchronous, so
 * a handle is never closed while it is in use. A handle belongs to a tenant's serial: a tenant that was deleted and
 * made again gets another.
 */
export class OverlayHandles {
  readonly #folder: StoreFolder;
  readonly #limit: number;
  readonly #open = new Map<number, OverlayFile>();
  readonly #verified = new Set<number>();
  readonly #answers = new PlanMemory<unknown>(REMEMBERED_BYTES);
  #uses = 0;

  constructor(folder: StoreFolder, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * The overlay of a tenant that has one.
   * @throws store-damaged, store-unavailable (also when the file is gone)
   */
  get(tenant: { readonly id: string; readonly serial: number }): OverlayFile {
    const { serial } = tenant;
    let file = this.#open.get(serial);
    if (file !== undefined) {
      file.lastUse = ++this.#uses;
      return file;
    }
    file = new OverlayFile(this.#folder.overlay(tenant.id), this.#answers);
    this.#verify(file, serial);
    if (this.#open.size >= this.#limit) this.release(this.#leastRecentlyUsed());
    file.lastUse = ++this.#uses;
    this.#open.set(serial, file);
    return file;
  }

  release(serial: number): void {
    this.#open.get(serial)?.close();
    this.#open.delete(serial);
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }

  /** Looked for only when one has to go: a use then costs no more than a number. */
  #leastRecentlyUsed(): number {
    let found = Number.NaN;
    let lastUse = Number.POSITIVE_INFINITY;
    for (const [serial, file] of this.#open) {
      if (file.lastUse >= lastUse) continue;
      lastUse = file.lastUse;
      found = serial;
    }
    return found;
  }

  #verify(file: OverlayFile, serial: number): void {
    if (this.#verified.has(serial)) return;
    try {
      if (statSync(file.path).size <= VERIFIED_ON_OPENING) file.verify();
    } catch (error) {
      file.close();
      throw error;
    }
    this.#verified.add(serial);
  }
}
