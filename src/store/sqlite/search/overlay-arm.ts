import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { StoredDocument } from '../../document.ts';
import type { MemoryPart, PlanMemory } from '../../search/plan-memory.ts';
import { FIRST_OVERLAY_RID } from '../overlay-rid.ts';
import { overlayProfile } from './arm-profile.ts';
import { CollectionArm, type DocumentKey } from './collection-arm.ts';
import type { OverlayChanges } from './collection-view.ts';
import { OverlaySnapshot } from './overlay-snapshot.ts';
import { SearchArm } from './search-arm.ts';
import type { SearchedOverlay } from './searched-overlay.ts';

/** An overlay is small: its size decides nothing. */
const ROUGH_SIZE = 1_000;

/** What a tenant has changed, as searches see it. */
export interface OverlayArm {
  readonly arm: CollectionArm;
  readonly changes: OverlayChanges;
  /** Answers that hold while the overlay is what it is; absent where it may change under a search. */
  readonly memory?: MemoryPart;
}

/** For the connection that writes: what its transaction has changed counts too. */
export function changingOverlay(overlay: SearchedOverlay): OverlayArm {
  return { arm: armOf(overlay, () => ROUGH_SIZE, undefined), changes: directChanges(overlay) };
}

/**
 * For a connection that only reads.
 * @param answers where what is found out about overlays is kept
 */
export function readOverlay(overlay: SearchedOverlay, answers: PlanMemory<unknown>): () => OverlayArm {
  const changes = new OverlaySnapshot(overlay, directChanges(overlay), answers);
  const arm = armOf(
    overlay,
    (type) => Math.max(ROUGH_SIZE, changes.size(type)),
    () => changes.memory,
  );
  return () => {
    changes.refresh();
    return { arm, changes, memory: changes.memory };
  };
}

function armOf(
  overlay: SearchedOverlay,
  size: (type: string) => number,
  memory: (() => MemoryPart) | undefined,
): CollectionArm {
  const file = {
    rows: overlay.rows.bind(overlay),
    limit: overlay.limit.bind(overlay),
    within: overlay.within.bind(overlay),
    size,
    documents: (type: string, rids: readonly number[]) => documentsIn(overlay, type, rids),
  };
  return new CollectionArm(file, new SearchArm(file, overlayProfile, memory), 'json IS NOT NULL');
}

function documentsIn(
  overlay: SearchedOverlay,
  type: string,
  rids: readonly number[],
): ReadonlyMap<number, StoredDocument> {
  const sql = `SELECT d.rid, d.id, d.version, d.last_updated, d.reviewed_at, d.json
    FROM json_each(?) j CROSS JOIN document d ON d.rid = j.value`;
  const rows = overlay.rows(sql, [JSON.stringify(rids)]) as [
    number,
    string,
    number,
    number,
    number | null,
    string,
  ][];
  return new Map(
    rows.map(([rid, id, version, lastUpdated, reviewTime, json]) => {
      const reviewed = reviewTime !== null;
      return [rid, { deleted: false, type, id, version, lastUpdated, reviewed, reviewTime, json }];
    }),
  );
}

function directChanges(overlay: SearchedOverlay): OverlayChanges {
  const has = (sql: string, ...values: (string | number)[]) => overlay.rows(sql, values).length > 0;
  return {
    touches: (type) => has('SELECT 1 FROM document WHERE type = ? LIMIT 1', resourceTypeCode(type)),
    holds: ({ type, id }: DocumentKey) =>
      has('SELECT 1 FROM document WHERE type = ? AND id = ?', resourceTypeCode(type), id),
    isShadowed: (type, rid) =>
      has('SELECT 1 FROM shadow WHERE type = ? AND master_rid = ?', resourceTypeCode(type), rid),
    shadowed: (type) => {
      const rows = overlay.rows('SELECT master_rid FROM shadow WHERE type = ?', [resourceTypeCode(type)]);
      return new Set(rows.map(([rid]) => rid as number));
    },
    isOwn: (rid) => rid >= FIRST_OVERLAY_RID,
  };
}
