import { Client } from 'pg';
import { expect, vi } from 'vitest';
import { PostgresServer } from './postgres-server.ts';

/** Runs one statement on a server, as its superuser. */
export async function ask(server: PostgresServer, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A standby that the primary waits for at every commit. */
export async function synchronousStandbyOf(primary: PostgresServer): Promise<PostgresServer> {
  const standby = await PostgresServer.standbyOf(primary, 'second');
  await ask(primary, 'ALTER SYSTEM SET synchronous_standby_names = second');
  await ask(primary, 'SELECT pg_reload_conf()');
  await vi.waitFor(async () => {
    const followers = await ask(primary, 'SELECT sync_state FROM pg_stat_replication');
    expect(followers).toEqual([{ sync_state: 'sync' }]);
  }, 20_000);
  return standby;
}
