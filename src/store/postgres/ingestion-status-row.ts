import type { IngestionStatus } from '../generation.ts';
import { SET_STATUS } from './generation-statements.ts';
import type { Queryable } from './owner.ts';

/** The ingestion status as the database has it. */
export interface StatusRow {
  readonly id: IngestionStatus['_id'];
  readonly ready: boolean;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly message: string;
}

export function ingestionStatusOf(row: StatusRow): IngestionStatus {
  const { id, ready, started_at: startedAt, completed_at: completedAt, message } = row;
  return { _id: id, ready, startedAt, completedAt, message };
}

/** Writes the status with the transaction of `client`, where it is in one. */
export async function saveIngestionStatus(client: Queryable, status: IngestionStatus): Promise<void> {
  const { _id, ready, startedAt, completedAt, message } = status;
  await client.query({ ...SET_STATUS, values: [_id, ready, startedAt, completedAt, message] });
}
