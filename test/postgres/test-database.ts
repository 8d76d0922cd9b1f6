import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { StarterReply } from './postgres-starter.ts';

/** A database of one test on the PostgreSQL server that all tests of the run share. */
export interface TestDatabase {
  /** The address with the superuser's name. */
  readonly url: string;
  /** Drops the database, closing what is still connected to it. */
  dispose(): Promise<void>;
}

/** The address of the run's PostgreSQL; the first call starts it. */
export async function sharedPostgres(): Promise<string> {
  const reply = JSON.parse(await text(connect(inject('postgresStarter')))) as StarterReply;
  if ('failure' in reply) throw new Error(reply.failure);
  return reply.url;
}

/**
 * A new database, a copy of a template where one is named. The first that names a template makes it.
 *
 * @param template prepares an empty database at the address; closes its connections before it resolves
 */
export async function freshDatabase(template?: {
  readonly name: string;
  prepare(url: string): Promise<void>;
}): Promise<TestDatabase> {
  const server = await sharedPostgres();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(server, async (client) => {
    if (template === undefined) {
      await client.query(`CREATE DATABASE ${name}`);
      return;
    }
    // Held by the session: it is given back even if the preparation fails.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template.name]);
    const made = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template.name]);
    if (made.rowCount === 0) {
      const draft = `${template.name}_draft`;
      await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${draft}`);
      await template.prepare(databaseUrl(server, draft));
      await client.query(`ALTER DATABASE ${draft} RENAME TO ${template.name}`);
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template.name}`);
  });
  return {
    url: databaseUrl(server, name),
    dispose: () =>
      withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** The address of another database of the same server. */
function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function withClient(url: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
