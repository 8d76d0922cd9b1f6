import type { SqlValue } from '../../search/fragment.ts';

/** What a search needs of an overlay. */
export interface SearchedOverlay {
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  limit(until: number): void;
  within<Result>(rows: number, task: () => Result): Result | undefined;
}
