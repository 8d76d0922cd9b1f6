import type { StoredDocument } from './document.ts';

/** What an entry costs beyond its text: the object, two map entries, the key. Measured, rounded up. */
const ENTRY_BYTES = 250;

type Segment = Map<string, Map<string, StoredDocument>>;

/**
 * Documents of one sealed generation that were read lately, bounded in bytes. They never change, so nothing is ever
 * invalidated. Two segments stand in for a least-recently-used list: when the young one is full it becomes the old one,
 * and what was not asked for since is dropped with it.
 */
export class DocumentCache {
  readonly #segmentBytes: number;
  #young: Segment = new Map();
  #old: Segment = new Map();
  #youngBytes = 0;

  constructor(bytes: number) {
    this.#segmentBytes = bytes / 2;
  }

  get(type: string, id: string): StoredDocument | undefined {
    const hit = this.#young.get(type)?.get(id);
    if (hit !== undefined) return hit;
    const old = this.#old.get(type)?.get(id);
    if (old !== undefined) this.set(old);
    return old;
  }

  set(document: StoredDocument): void {
    // Text of FHIR resources is nearly always Latin-1, one byte a character in memory.
    const bytes = document.json.length + ENTRY_BYTES;
    if (bytes > this.#segmentBytes) return;
    if (this.#youngBytes + bytes > this.#segmentBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    let ids = this.#young.get(document.type);
    if (ids === undefined) {
      ids = new Map();
      this.#young.set(document.type, ids);
    }
    ids.set(document.id, document);
    this.#youngBytes += bytes;
  }
}
