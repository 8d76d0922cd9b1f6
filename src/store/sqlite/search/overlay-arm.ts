import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { StoredDocument } from '../../document.ts';
import type { SqlValue } from '../../search/fragment.ts';
import { FIRST_OVERLAY_RID } from '../overlay-rid.ts';
import { overlayProfile } from './arm-profile.ts';
import { CollectionArm, type DocumentKey } from './collection-arm.ts';
import type { OverlayChanges } from './collection-search.ts';
import { SearchArm } from './search-arm.ts';

/** An overlay is small: its size decides nothing. */
const ROUGH_SIZE = 1_000;

/** What a search needs of an overlay. */
export interface SearchedOverlay {
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  limit(until: number): void;
  documentOfRid(rid: number): StoredDocument;
}

/** What a tenant has changed, as searches see it. */
export interface OverlayArm {
  readonly arm: CollectionArm;
  readonly changes: OverlayChanges;
}

export function overlayArm(overlay: SearchedOverlay): OverlayArm {
  const file = {
    rows: overlay.rows.bind(overlay),
    limit: overlay.limit.bind(overlay),
    size: () => ROUGH_SIZE,
    documents: (_: string, rids: readonly number[]) =>
      new Map(rids.map((rid) => [rid, overlay.documentOfRid(rid)])),
  };
  const search = new SearchArm(file, overlayProfile, undefined);
  return { arm: new CollectionArm(file, search, 'json IS NOT NULL'), changes: changesOf(overlay) };
}

function changesOf(overlay: SearchedOverlay): OverlayChanges {
  const has = (sql: string, ...values: (string | number)[]) => overlay.rows(sql, values).length > 0;
  return {
    touches: (type) => has('SELECT 1 FROM document WHERE type = ? LIMIT 1', resourceTypeCode(type)),
    holds: ({ type, id }: DocumentKey) =>
      has('SELECT 1 FROM document WHERE type = ? AND id = ?', resourceTypeCode(type), id),
    isShadowed: (type, rid) =>
      has('SELECT 1 FROM shadow WHERE type = ? AND master_rid = ?', resourceTypeCode(type), rid),
    shadowed: (type) =>
      overlay
        .rows('SELECT master_rid FROM shadow WHERE type = ?', [resourceTypeCode(type)])
        .map(([rid]) => rid as number),
    isOwn: (rid) => rid >= FIRST_OVERLAY_RID,
  };
}
