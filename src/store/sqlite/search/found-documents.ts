import type { StoredDocument } from '../../document.ts';
import type { CollectionArm } from './collection-arm.ts';

/** A document that a search has found, by where it lies. */
export interface Placed {
  readonly type: string;
  readonly arm: CollectionArm;
  readonly rid: number;
}

/** The documents in their order, read together where they lie together. */
export function documentsOf(found: readonly Placed[]): StoredDocument[] {
  const read = new Map<number, StoredDocument>();
  for (const [arm, its] of Map.groupBy(found, (each) => each.arm)) {
    for (const [type, ofType] of Map.groupBy(its, (each) => each.type)) {
      const rids = ofType.map(({ rid }) => rid);
      for (const [rid, document] of arm.documents(type, rids)) read.set(rid, document);
    }
  }
  // Rids of the two arms do not overlap.
  return found.map(({ rid }) => read.get(rid)!);
}
