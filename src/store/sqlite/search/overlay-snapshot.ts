import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { MemoryPart, PlanMemory } from '../../search/plan-memory.ts';
import { FIRST_OVERLAY_RID } from '../overlay-rid.ts';
import type { DocumentKey } from './collection-arm.ts';
import type { OverlayChanges } from './collection-view.ts';
import type { SearchedOverlay } from './searched-overlay.ts';

/** Beyond so many documents the overlay is asked each time. */
const MOST_HELD = 50_000;

/** What a type has in an overlay. */
interface TypeChanges {
  readonly ids: Set<string>;
  /** Rids of master documents that it shadows. */
  readonly shadowed: Set<number>;
}

/**
 * What a tenant has changed, as it was when the file was last looked at: for connections that only read. Every new version
 * has a higher rid and no document ever leaves an overlay, so only what is new is read again.
 */
export class OverlaySnapshot implements OverlayChanges {
  readonly #overlay: SearchedOverlay;
  readonly #direct: OverlayChanges;
  readonly #types = new Map<number, TypeChanges>();
  readonly #answers: PlanMemory<unknown>;
  #memory: MemoryPart;
  #version = Number.NaN;
  #highest = FIRST_OVERLAY_RID - 1;
  #held = 0;

  /** @param answers where what is found out about overlays is kept */
  constructor(overlay: SearchedOverlay, direct: OverlayChanges, answers: PlanMemory<unknown>) {
    this.#overlay = overlay;
    this.#direct = direct;
    this.#answers = answers;
    this.#memory = answers.part();
  }

  /** Answers found out while the overlay was what it is. */
  get memory(): MemoryPart {
    return this.#memory;
  }

  /** Inside the transaction of a search, before anything is asked. */
  refresh(): void {
    const version = this.#overlay.rows('PRAGMA data_version', [])[0]![0] as number;
    if (version === this.#version) return;
    this.#version = version;
    this.#memory = this.#answers.part();
    if (this.#held > MOST_HELD) return;
    const sql = 'SELECT rid, type, id, replaces FROM document WHERE rid > ? ORDER BY rid LIMIT ?';
    for (const [rid, type, id, replaces] of this.#overlay.rows(sql, [this.#highest, MOST_HELD + 1])) {
      this.#highest = rid as number;
      this.#add(type as number, id as string, replaces as number | null);
    }
  }

  touches(type: string): boolean {
    return this.#held > MOST_HELD ? this.#direct.touches(type) : this.#types.has(resourceTypeCode(type));
  }

  holds(key: DocumentKey): boolean {
    if (this.#held > MOST_HELD) return this.#direct.holds(key);
    return this.#types.get(resourceTypeCode(key.type))?.ids.has(key.id) ?? false;
  }

  isShadowed(type: string, rid: number): boolean {
    if (this.#held > MOST_HELD) return this.#direct.isShadowed(type, rid);
    return this.#types.get(resourceTypeCode(type))?.shadowed.has(rid) ?? false;
  }

  shadowed(type: string): ReadonlySet<number> {
    if (this.#held > MOST_HELD) return this.#direct.shadowed(type);
    return this.#types.get(resourceTypeCode(type))?.shadowed ?? new Set();
  }

  isOwn(rid: number): boolean {
    return this.#direct.isOwn(rid);
  }

  /** Documents of a type, deleted ones too. */
  size(type: string): number {
    return this.#types.get(resourceTypeCode(type))?.ids.size ?? 0;
  }

  #add(type: number, id: string, replaces: number | null): void {
    let changes = this.#types.get(type);
    if (changes === undefined) {
      changes = { ids: new Set(), shadowed: new Set() };
      this.#types.set(type, changes);
    }
    if (!changes.ids.has(id)) this.#held++;
    changes.ids.add(id);
    if (replaces !== null) changes.shadowed.add(replaces);
  }
}
