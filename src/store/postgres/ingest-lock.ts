import { hostname } from 'node:os';
import type { Client } from 'pg';
import { WarmfhirError } from '../../errors.ts';
import type { BuildLock } from './build-session.ts';
import { databaseError } from './database-error.ts';

/** Two numbers that name the lock among the advisory locks of the database. */
const LOCK = '1463898724, 1';

/**
 * The right to build a generation: a lock of the session, which the server drops with the connection, however it ends. The
 * name of the session says who holds it.
 */
export class IngestLock implements BuildLock {
  readonly #client: Client;
  #lost: unknown;

  private constructor(client: Client) {
    this.#client = client;
    client.on('error', (cause) => {
      this.#lost = cause;
    });
  }

  /**
   * @param client a session of its own, not one that a pooler lends by the transaction; it is ended with the lock
   * @throws ingest-locked, naming the holder
   */
  static async take(client: Client): Promise<IngestLock> {
    const lock = new IngestLock(client);
    try {
      await client.query(`SET application_name = ${client.escapeLiteral(sessionName())}`);
      // A host that vanishes without a word gives the lock back within half a minute.
      await client.query(
        'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4',
      );
      const { rows } = await client.query(`SELECT pg_try_advisory_lock(${LOCK}) AS taken`);
      if (rows[0].taken === true) return lock;
      throw new WarmfhirError(
        'ingest-locked',
        `Another ingest is running on this store: ${await holder(client)}.`,
      );
    } catch (error) {
      await client.end().catch(() => {});
      throw databaseError(error);
    }
  }

  /** @throws store-unavailable when the connection is gone, and with it the lock */
  assertHeld(): void {
    if (this.#lost !== undefined) throw databaseError(this.#lost);
  }

  async release(): Promise<void> {
    try {
      // The server notices the end of a session a little later.
      if (this.#lost === undefined) await this.#client.query(`SELECT pg_advisory_unlock(${LOCK})`);
    } catch {
      // Then the session is gone, and the lock with it.
    } finally {
      await this.#client.end().catch(() => {});
    }
  }
}

/** Of at most 63 bytes. */
function sessionName(): string {
  return `warmfhir ingest, host ${hostname().slice(0, 20)}, process ${process.pid}`;
}

async function holder(client: Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND (classid, objid) = (${LOCK})
       AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  const [found] = rows as { application_name: string; backend_start: Date | null }[];
  if (found === undefined) return 'its holder is just ending';
  const since = found.backend_start === null ? '' : `, since ${found.backend_start.toISOString()}`;
  return `${found.application_name.replace('warmfhir ingest, ', '')}${since}`;
}
