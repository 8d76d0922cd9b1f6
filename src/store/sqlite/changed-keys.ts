import { resourceTypeOfCode } from '../../fhir/resource-type.ts';

/** What is asked of an overlay. */
interface Overlay {
  all(sql: string, ...parameters: unknown[]): unknown[];
}

/** Beyond so many keys the overlay is simply asked. */
const MOST_KEYS = 50_000;

/**
 * The keys that a tenant has changed, so that a read of any other need not ask its overlay. It belongs to one open
 * handle and is brought up to date whenever the change counter has moved: every new version has a higher rid, and no
 * key ever leaves an overlay.
 */
export class ChangedKeys {
  readonly #overlay: Overlay;
  readonly #ids = new Map<string, Set<string>>();
  #count = 0;
  #highestRid = 0;
  #revision = Number.NaN;

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  /**
   * False only when the overlay does not hold the key.
   * @param revision of the change counter, read for this request
   */
  mayHold(type: string, id: string, revision: number): boolean {
    if (revision !== this.#revision && !this.#areMany) this.#catchUp(revision);
    return this.#areMany || (this.#ids.get(type)?.has(id) ?? false);
  }

  get #areMany(): boolean {
    return this.#count > MOST_KEYS;
  }

  #catchUp(revision: number): void {
    const sql = 'SELECT rid, type, id FROM document WHERE rid > ? ORDER BY rid LIMIT ?';
    // One more than are kept says already that they are too many.
    const rows = this.#overlay.all(sql, this.#highestRid, MOST_KEYS + 1) as {
      rid: number;
      type: number;
      id: string;
    }[];
    for (const row of rows) this.#add(resourceTypeOfCode(row.type), row.id);
    this.#highestRid = rows.at(-1)?.rid ?? this.#highestRid;
    this.#revision = revision;
    if (this.#areMany) this.#ids.clear();
  }

  #add(type: string, id: string): void {
    let ids = this.#ids.get(type);
    if (ids === undefined) {
      ids = new Set();
      this.#ids.set(type, ids);
    }
    if (!ids.has(id)) this.#count++;
    ids.add(id);
  }
}
