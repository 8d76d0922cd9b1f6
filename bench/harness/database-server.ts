import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { PostgresServer } from '../../test/postgres/postgres-server.ts';
import { moveAnywhere } from './cores.ts';

/** The login that serves: it may do no more than warmfhir needs. */
const LOGIN = 'bench';
const PASSWORD = 'bench';

/** PostgreSQL as it would run for real: commits wait for the disk, and the master fits the cache. */
const SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  effective_cache_size: '4GB',
};

/** A PostgreSQL server on this machine, on any core. */
export class DatabaseServer {
  readonly #server: PostgresServer;

  private constructor(server: PostgresServer) {
    this.#server = server;
  }

  static async start(): Promise<DatabaseServer> {
    const server = await PostgresServer.start({ fsync: true, settings: SETTINGS });
    moveAnywhere(Number(readFileSync(join(server.data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]));
    return new DatabaseServer(server);
  }

  /** Makes a database, empty or as a copy of another; the address for its owner. */
  async create(name: string, template?: string): Promise<string> {
    await this.query('postgres', `CREATE DATABASE ${name} ${template ? `TEMPLATE ${template}` : ''}`);
    return this.#server.url(name);
  }

  async drop(name: string): Promise<void> {
    await this.query('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
  }

  /** The address for a server of a database that has been filled. */
  async serverUrl(name: string): Promise<string> {
    await this.query(
      name,
      `DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${LOGIN}') THEN
          CREATE ROLE ${LOGIN} LOGIN PASSWORD '${PASSWORD}';
          GRANT warmfhir_app TO ${LOGIN};
        END IF;
      END $$`,
    );
    return this.#server.url(name, LOGIN, PASSWORD);
  }

  /** The rows of a statement, as the superuser. */
  async query(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.#server.url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  close(): Promise<void> {
    return this.#server.dispose();
  }
}
