import { resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion, StoredDocument, VersionMethod } from '../document.ts';
import type { MasterGeneration } from './master-generations.ts';

/** What one version consists of in a row; `json` is null after a delete. */
export interface VersionColumns {
  readonly version: number;
  readonly last_updated: number;
  readonly method: VersionMethod;
  readonly reviewed_at: number | null;
  readonly json: string | null;
}

export interface VersionRow extends VersionColumns {
  /** Code of the resource type. */
  readonly type: number;
  readonly id: string;
}

/** A row of either arm: the master's have no version of their own. */
export type ArmRow =
  | VersionRow
  | { readonly version: null; readonly type: number; readonly id: string; readonly json: string };

export function versionOf(type: string, id: string, row: Omit<VersionColumns, 'method'>): DocumentVersion {
  const { version, last_updated: lastUpdated, reviewed_at: reviewTime, json } = row;
  if (json === null) return { deleted: true, type, id, version, lastUpdated };
  return { deleted: false, type, id, version, lastUpdated, reviewed: reviewTime !== null, reviewTime, json };
}

export function documentVersionOf(row: Omit<VersionRow, 'method'>): DocumentVersion {
  return versionOf(resourceTypeOfCode(row.type), row.id, row);
}

/** A document that is there, of whichever arm. */
export function documentOf(row: ArmRow, master: MasterGeneration): StoredDocument {
  const type = resourceTypeOfCode(row.type);
  if (row.version === null) return master.document(type, row.id, row.json);
  return versionOf(type, row.id, row) as StoredDocument;
}
