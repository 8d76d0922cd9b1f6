import type { StoredDocument } from '../../document.ts';
import type { SqlValue } from '../../search/fragment.ts';

/** A file with index tables. */
export interface ArmFile {
  /** Rows as arrays; the statement is prepared once for each text. */
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  /** Queries that run on after `until` (milliseconds of `performance.now()`) fail with `search-too-costly`. */
  limit(until: number): void;
  /** Runs a task; undefined where its queries look at more than about so many rows. */
  within<Result>(rows: number, task: () => Result): Result | undefined;
  /** Documents of a type, roughly. */
  size(type: string): number;
  /** Documents that exist, by their rids. */
  documents(type: string, rids: readonly number[]): ReadonlyMap<number, StoredDocument>;
}
