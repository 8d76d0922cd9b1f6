import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../../src/store/postgres/database.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { RegistryWriter } from '../../../src/store/postgres/registry-writer.ts';
import { TenantErasure } from '../../../src/store/postgres/tenant-erasure.ts';
import type { Store } from '../../../src/store/store.ts';
import { content, seal, warmed } from '../../conformance/engine.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';

let database: TestDatabase;
let store: Store;
let administrator: Client;

beforeEach(async () => {
  database = await migratedDatabase();
  store = await PostgresStore.open({ url: database.url, connections: 5 });
  administrator = new Client({ connectionString: database.url });
  await administrator.connect();
  await seal(store, [content('Patient', 'p1')]);
  const acme = await warmed(store, 'acme');
  await acme.write([{ kind: 'delete', type: 'Patient', id: 'p1' }], 1);
  // As a node leaves it that dies right after the first step of an erasure.
  await administrator.query("UPDATE warmfhir.tenant SET erased = true WHERE id = 'acme'");
});
afterEach(async () => {
  await administrator.end();
  await store.close();
  await database.dispose();
});

const left = async () => {
  const { rows } = await administrator.query(
    'SELECT (SELECT count(*)::int FROM warmfhir.tenant) AS tenants, (SELECT count(*)::int FROM warmfhir.tenant_history) AS versions',
  );
  return rows[0];
};

/** Runs `task` with the erasures of some nodes, each with as few connections as a process may have. */
async function withNodes(count: number, task: (erasures: TenantErasure[]) => Promise<void>): Promise<void> {
  const nodes = Array.from(
    { length: count },
    () =>
      new Database(
        { url: database.url, deadlineMs: 5_000, shared: 1, exclusive: 1 },
        { dropRole: true, statementTimeoutMs: 5_000 },
      ),
  );
  try {
    await task(nodes.map((node) => new TenantErasure(node, new RegistryWriter(node, { changed: () => {} }))));
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

it('is finished by one of the nodes that come by', () =>
  withNodes(3, async (erasures) => {
    expect(await left()).toEqual({ tenants: 1, versions: 1 });
    await Promise.all(erasures.map((erasure) => erasure.finishAll()));
    expect(await left()).toEqual({ tenants: 0, versions: 0 });
  }));

it('is left to the node that is at it', () =>
  withNodes(1, async ([erasure]) => {
    await administrator.query('BEGIN; SELECT pg_advisory_xact_lock(1463898724, 3)');
    await erasure!.finishAll();
    expect(await left()).toEqual({ tenants: 1, versions: 1 });
    await administrator.query('ROLLBACK');
    await erasure!.finishAll();
    expect(await left()).toEqual({ tenants: 0, versions: 0 });
  }));

it('is finished by a warm-up of the same id, which makes the tenant anew', async () => {
  const { created, record } = await store.tenants.warm('acme', 2_000);
  expect([created, record.overlay]).toEqual([true, false]);
  expect(await store.collection(record).read('Patient', 'p1')).toMatchObject({ version: 1 });
  expect(await left()).toEqual({ tenants: 1, versions: 0 });
});
