import type { StoredDocument } from '../../document.ts';
import { type SqlValue, TRUE } from '../../search/fragment.ts';
import { type MemoryPart, PlanMemory } from '../../search/plan-memory.ts';
import { masterProfile } from './arm-profile.ts';
import { CollectionArm } from './collection-arm.ts';
import { SearchArm } from './search-arm.ts';

/** Bytes for what is remembered of a generation: counts of index ranges, totals, and where chains lead. */
const REMEMBERED_BYTES = 32_000_000;

/** A generation as searches see it. */
export interface MasterArm {
  readonly arm: CollectionArm;
  readonly memory: MemoryPart;
}

/** What a search needs of a sealed file. */
export interface SearchedMaster {
  readonly lastUpdated: number;
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  limit(until: number): void;
  within<Result>(rows: number, task: () => Result): Result | undefined;
  counts(): ReadonlyMap<string, number>;
  document(type: string, id: string, json: string): StoredDocument;
}

export function masterArm(master: SearchedMaster): MasterArm {
  const file = {
    rows: master.rows.bind(master),
    limit: master.limit.bind(master),
    within: master.within.bind(master),
    size: (type: string) => master.counts().get(type) ?? 0,
    documents: (type: string, rids: readonly number[]) => {
      const sql = 'SELECT d.rid, d.id, d.json FROM json_each(?) j CROSS JOIN document d ON d.rid = j.value';
      const rows = master.rows(sql, [JSON.stringify(rids)]);
      return new Map(
        rows.map(([rid, id, json]) => [rid as number, master.document(type, id as string, json as string)]),
      );
    },
  };
  const memory = new PlanMemory<unknown>(REMEMBERED_BYTES).part();
  const search = new SearchArm(file, masterProfile(master.lastUpdated), () => memory);
  return { arm: new CollectionArm(file, search, TRUE.sql), memory };
}
