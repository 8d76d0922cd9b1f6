import { Client } from 'pg';
import { migrate } from '../../src/store/postgres/migrate.ts';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { freshDatabase } from '../postgres/test-database.ts';
import type { Engine } from './engine.ts';

/** Which of the texts stand in any row of any table: what the server keeps of deleted rows is its vacuum's. */
export async function findInTables(url: string, texts: readonly string[]): Promise<readonly string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ rows: string }>(
      `SELECT table_to_xml(c.oid, false, false, '')::text AS rows
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname LIKE 'warmfhir%' AND c.relkind = 'r'`,
    );
    return texts.filter((text) => rows.some((table) => table.rows.includes(text)));
  } finally {
    await client.end();
  }
}

/** Databases of the run's own PostgreSQL server. */
export const postgres: Engine = {
  name: 'PostgreSQL',
  install: async () => {
    const database = await freshDatabase({
      name: 'migrated',
      prepare: async (url) => {
        await migrate(url);
      },
    });
    return {
      open: () => PostgresStore.open({ url: database.url, connections: 5 }),
      findOnDisk: (texts) => findInTables(database.url, texts),
      dispose: () => database.dispose(),
    };
  },
};
