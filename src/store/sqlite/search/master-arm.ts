import type { StoredDocument } from '../../document.ts';
import { type SqlValue, TRUE } from '../../search/fragment.ts';
import { PlanMemory } from '../../search/plan-memory.ts';
import { masterProfile } from './arm-profile.ts';
import { CollectionArm } from './collection-arm.ts';
import { SearchArm } from './search-arm.ts';

/** What is remembered of a generation: counts of index ranges and totals, some 100 bytes each. */
const MOST_REMEMBERED = 20_000;

/** A generation as searches see it. */
export interface MasterArm {
  readonly arm: CollectionArm;
  readonly memory: PlanMemory<unknown>;
}

/** What a search needs of a sealed file. */
export interface SearchedMaster {
  readonly lastUpdated: number;
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  limit(until: number): void;
  counts(): ReadonlyMap<string, number>;
  rowOf(rid: number): { readonly id: string; readonly json: string };
  document(type: string, id: string, json: string): StoredDocument;
}

export function masterArm(master: SearchedMaster): MasterArm {
  const file = {
    rows: master.rows.bind(master),
    limit: master.limit.bind(master),
    size: (type: string) => master.counts().get(type) ?? 0,
    document: (type: string, rid: number) => {
      const { id, json } = master.rowOf(rid);
      return master.document(type, id, json);
    },
  };
  const memory = new PlanMemory<unknown>(MOST_REMEMBERED);
  const search = new SearchArm(file, masterProfile(master.lastUpdated), memory);
  return { arm: new CollectionArm(file, search, TRUE.sql), memory };
}
