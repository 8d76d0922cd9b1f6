import type { Client } from 'pg';
import { from } from 'pg-copy-streams';
import type { CopyBuffer } from './copy-buffer.ts';

/** Sends rows into a table by COPY, within the transaction that the connection is in. Does nothing without rows. */
export function copyIn(client: Pick<Client, 'query'>, columns: string, rows: CopyBuffer): Promise<void> {
  if (rows.rows === 0) return Promise.resolve();
  const stream = client.query(from(`COPY ${columns} FROM STDIN (FORMAT binary)`));
  return new Promise((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
    stream.end(rows.finish());
  });
}
