import { supersedes } from '../duplicate.ts';
import type { BuildDocuments } from './build-documents.ts';
import type { BuildSession } from './build-session.ts';
import { buildTables } from './build-tables.ts';
import { indexMasterTables, keyMasterTables, masterTables } from './master-tables.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { Queryable } from './owner.ts';

const CHUNK = 2000;
const UNIQUE_VIOLATION = '23505';

/**
 * Gives the loaded documents their indexes and, where some came more than once, decides which of them stays: as if they had
 * been added one after the other in the order of their rids.
 */
export async function settleDocuments(session: BuildSession, documents: BuildDocuments): Promise<void> {
  await session.index(indexMasterTables(session.generation));
  await session.alone(async (client, settled) => {
    if (settled) return;
    const [keyOfValues, key] = keyMasterTables(session.generation);
    await client.query(keyOfValues);
    if (!(await succeeds(client, key))) {
      await dropDuplicates(client, session.generation, documents);
      await client.query(key);
    }
    await session.markSettled(client);
  });
  session.noteSettled();
}

/** False when two documents have the same key. */
async function succeeds(client: Queryable, statement: string): Promise<boolean> {
  await client.query('SAVEPOINT keyed');
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
    await client.query('ROLLBACK TO SAVEPOINT keyed');
    return false;
  }
}

interface DuplicateRow {
  readonly rid: number;
  readonly type: number;
  readonly id: string;
  readonly sourceUpdated: number | null;
  readonly hash: string;
}

async function dropDuplicates(
  client: Queryable,
  generation: number,
  documents: BuildDocuments,
): Promise<void> {
  const { document } = masterTables(generation);
  await client.query(`DECLARE duplicate NO SCROLL CURSOR FOR
    SELECT rid, type, id, source_updated AS "sourceUpdated", encode(sha256(convert_to(json, 'UTF8')), 'base64') AS hash
    FROM ${document} JOIN (SELECT type, id FROM ${document} GROUP BY type, id HAVING count(*) > 1) repeated
      USING (type, id) ORDER BY type, id, rid`);
  const outcomes = new OutcomeCounts();
  let kept: DuplicateRow | undefined;
  for (let rows: DuplicateRow[]; ; ) {
    rows = (await client.query(`FETCH ${CHUNK} FROM duplicate`)).rows as DuplicateRow[];
    const gone: number[] = [];
    for (const row of rows) {
      if (kept?.type !== row.type || kept.id !== row.id) {
        kept = row;
        continue;
      }
      outcomes.add(row.type, kept.hash === row.hash);
      const wins = supersedes(row, kept);
      gone.push(wins ? kept.rid : row.rid);
      if (wins) kept = row;
    }
    await documents.remove(client, gone);
    if (rows.length < CHUNK) break;
  }
  await client.query('CLOSE duplicate');
  await outcomes.save(client, buildTables(generation).outcome);
}
