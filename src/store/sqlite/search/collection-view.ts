import { type ArmCriterion, standsAlone, typesDependedOn } from '../../search/arm-criterion.ts';
import type { MemoryPart } from '../../search/plan-memory.ts';
import type { CollectionArm, DocumentKey } from './collection-arm.ts';

/** What a tenant has changed, as a search of the master has to know it. */
export interface OverlayChanges {
  /** The overlay has something of this type: a document of its own, a changed or a deleted one. */
  touches(type: string): boolean;
  /** The overlay stands for this document, changed or deleted. */
  holds(key: DocumentKey): boolean;
  isShadowed(type: string, masterRid: number): boolean;
  shadowed(type: string): ReadonlySet<number>;
  isOwn(rid: number): boolean;
}

/** The overlay of a collection; see `OverlayArm`. */
export interface OverlayPart {
  readonly arm: CollectionArm;
  readonly changes: OverlayChanges;
  readonly memory?: MemoryPart;
}

/** The two arms of one collection, and which of their documents are its documents. */
export class CollectionView {
  readonly master: CollectionArm;
  readonly overlay: CollectionArm | undefined;
  readonly changes: OverlayChanges | undefined;

  constructor(master: CollectionArm, overlay: OverlayPart | undefined) {
    this.master = master;
    this.overlay = overlay?.arm;
    this.changes = overlay?.changes;
  }

  /** Whether a document of an arm, by its rid, is the collection's; absent where all of the type are. */
  visibility(arm: CollectionArm, type: string): ((rid: number) => boolean) | undefined {
    const changes = this.changes;
    if (changes === undefined || arm !== this.master || !changes.touches(type)) return undefined;
    return (rid) => !changes.isShadowed(type, rid);
  }

  /** About which share of an arm's documents is not the collection's, rather too high than too low; 0 only where none is. */
  shadowedShare(arm: CollectionArm, type: string): number {
    const changes = this.changes;
    if (changes === undefined || arm !== this.master) return 0;
    const shadowed = changes.shadowed(type).size;
    return shadowed === 0 ? 0 : Math.min(1, 0.05 + (1.5 * shadowed) / Math.max(1, arm.size(type)));
  }

  /** True when no document of the other arm can make a difference. */
  decidesAlone(arm: CollectionArm, criterion: ArmCriterion): boolean {
    if (standsAlone(criterion)) return true;
    if (arm !== this.master) return false;
    const changes = this.changes;
    return changes === undefined || [...typesDependedOn(criterion)].every((type) => !changes.touches(type));
  }

  /** Where a document that exists lies. */
  place(key: DocumentKey): { readonly arm: CollectionArm; readonly rid: number } | undefined {
    const isChanged = this.overlay !== undefined && this.changes!.holds(key);
    const arm = isChanged ? this.overlay : this.master;
    const rid = arm.ridOf(key);
    return rid === undefined ? undefined : { arm, rid };
  }

  get arms(): readonly CollectionArm[] {
    return this.overlay === undefined ? [this.master] : [this.overlay, this.master];
  }
}
