/**
 * The conformance suite on a real Citus cluster: `WARMFHIR_TEST_CITUS_URL` is the address of an empty database on its
 * coordinator, with the extension made and workers added, and a login that may do everything. What the database holds of
 * warmfhir is dropped.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/store/postgres/migrate.ts';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { collectionConformance } from '../conformance/collection-conformance.ts';
import { collectionModel } from '../conformance/collection-model.ts';
import { content, type Engine, seal, warmed } from '../conformance/engine.ts';
import { historyConformance } from '../conformance/history-conformance.ts';
import { installationConformance } from '../conformance/installation-conformance.ts';
import { findInTables } from '../conformance/postgres-engine.ts';
import { schemaViolations } from '../store/postgres/schema-rules.ts';

const url = process.env.WARMFHIR_TEST_CITUS_URL ?? '';

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

async function clear(): Promise<void> {
  const schemas = await ask("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'warmfhir%'");
  // Generations first: tenants refer to theirs.
  for (const { name } of schemas.toReversed()) await ask(`DROP SCHEMA ${name} CASCADE`);
}

/** Settings of the database for the time of the tests; a query that needs more than one shard is an error. */
const SETTINGS = [
  ['citus.shard_count', '4'],
  ['citus.multi_task_query_log_level', 'error'],
] as const;

const citus: Engine = {
  name: 'Citus',
  install: async () => {
    await clear();
    await migrate(url);
    return {
      open: () => PostgresStore.open({ url, connections: 5 }),
      findOnDisk: (texts) => findInTables(url, texts),
      dispose: clear,
    };
  },
};

describe.skipIf(url === '')('on Citus (needs WARMFHIR_TEST_CITUS_URL)', () => {
  beforeAll(async () => {
    const { pathname } = new URL(url);
    for (const [name, value] of SETTINGS) {
      await ask(`ALTER DATABASE "${pathname.slice(1)}" SET ${name} = '${value}'`);
    }
  });

  afterAll(async () => {
    const { pathname } = new URL(url);
    for (const [name] of SETTINGS) await ask(`ALTER DATABASE "${pathname.slice(1)}" RESET ${name}`);
  });

  collectionConformance(citus);
  collectionModel(citus);
  historyConformance(citus);
  installationConformance(citus);

  it('distributes what is of tenants, colocated, and copies generations to every node', async () => {
    const installation = await citus.install();
    const store = await installation.open();
    await seal(store, [content('Patient', 'p')]);
    const tables =
      await ask(`SELECT table_name::text AS name, citus_table_type AS kind, colocation_id AS place,
      distribution_column AS by FROM citus_tables WHERE table_name::text LIKE 'warmfhir%'`);
    const ofTenants = tables.filter(({ name }) => /^warmfhir\.tenant_/.test(String(name)));
    expect(ofTenants.length).toBeGreaterThan(4);
    expect(new Set(ofTenants.map(({ kind, by }) => `${kind} ${by}`))).toEqual(
      new Set(['distributed tenant_id']),
    );
    expect(new Set(ofTenants.map(({ place }) => place)).size).toBe(1);
    const ofMaster = tables.filter(({ name }) => /^warmfhir_g1\./.test(String(name)));
    expect(new Set(ofMaster.map(({ kind }) => kind))).toEqual(new Set(['reference']));
    const client = new Client({ connectionString: url });
    await client.connect();
    expect((await schemaViolations(client)).found).toEqual([]);
    await client.end();
    await store.close();
    await installation.dispose();
  });

  it('commits the writes of a tenant in one phase', async () => {
    const installation = await citus.install();
    const store = await installation.open();
    await seal(store, [content('Patient', 'p')]);
    const acme = await warmed(store, 'acme');
    const prepared = async () =>
      new Set((await ask('SELECT gid FROM pg_dist_transaction')).map(({ gid }) => gid));
    await acme.write([{ kind: 'put', content: content('Basic', 'first') }], 3_000);
    const before = await prepared();
    const writes = ['a', 'b', 'c'].map((id) => ({ kind: 'put', content: content('Basic', id) }) as const);
    await acme.write([...writes, { kind: 'put', content: content('Patient', 'p') }], 4_000);
    await acme.write([{ kind: 'delete', type: 'Patient', id: 'p' }], 5_000);
    expect((await prepared()).difference(before)).toEqual(new Set());
    await store.close();
    await installation.dispose();
  });
});
