import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { collectionOf, content, seal, warmed } from '../../conformance/engine.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { engineStatements } from './engine-statements.ts';
import { migratedDatabase } from './generation-database.ts';

const TENANT_TABLE = /\bwarmfhir\.tenant_(overlay|document|history|shadow|search)\b/;

/** A value that a parameter of this type takes. */
function sampleOf(type: string): unknown {
  if (type.endsWith('[]')) return type === 'text[]' ? ['p1'] : [1];
  const samples: Record<string, unknown> = { text: 'p1', boolean: false, int8multirange: '{(,)}' };
  return samples[type] ?? 98;
}

describe('row-level security', () => {
  let database: TestDatabase;
  let store: Store;
  let server: Client;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await PostgresStore.open({ url: database.url, connections: 3 });
    await seal(store, [content('Patient', 'p1'), content('Patient', 'p2')]);
    const acme = await warmed(store, 'acme');
    await acme.write([{ kind: 'delete', type: 'Patient', id: 'p1' }], 5_000);
    await warmed(store, 'birch');
    server = new Client({ connectionString: database.url });
    await server.connect();
  });

  afterAll(async () => {
    await server.end();
    await store.close();
    await database.dispose();
  });

  const asServer = async (settings: string, text: string, values: unknown[] = []) => {
    await server.query(`BEGIN; SET LOCAL ROLE warmfhir_app; ${settings}`);
    try {
      return await server.query(text, values);
    } finally {
      await server.query('ROLLBACK');
    }
  };

  it.each(['', "SET LOCAL app.tenant = ''"])(
    'makes every statement on tenants fail that no tenant was named for (%s)',
    async (settings) => {
      const about = (await engineStatements(1)).filter(({ text }) => TENANT_TABLE.test(text));
      expect(about.length).toBeGreaterThan(30);
      for (const { name, text } of about) {
        await server.query(`BEGIN; SET LOCAL ROLE warmfhir_app; ${settings}; PREPARE probe AS ${text}`);
        const { rows } = await server.query<{ types: string[] }>(
          "SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'probe'",
        );
        await server.query('DEALLOCATE probe');
        const values = rows[0]!.types.map(sampleOf);
        // Whether or not the tenant whose number is passed has any row.
        for (const tenant of [1, 2, 77]) {
          await server.query('SAVEPOINT probe');
          const ran = server.query({ text, values: [tenant, ...values.slice(1)] });
          await expect(ran, `${name} for ${tenant}`).rejects.toMatchObject({ code: '42501' });
          await server.query('ROLLBACK TO probe');
        }
        await server.query('ROLLBACK');
      }
    },
  );

  it('shows a tenant the rows of its own, whatever number a statement passes', async () => {
    const acme = (await store.tenants.get('acme'))!;
    const birch = (await store.tenants.get('birch'))!;
    const count = 'SELECT count(*)::int AS rows FROM warmfhir.tenant_document';
    expect((await asServer(`SET LOCAL app.tenant = '${acme.serial}'`, count)).rows).toEqual([{ rows: 1 }]);
    expect((await asServer(`SET LOCAL app.tenant = '${birch.serial}'`, count)).rows).toEqual([{ rows: 0 }]);
    const foreign = asServer(
      `SET LOCAL app.tenant = '${birch.serial}'`,
      'INSERT INTO warmfhir.tenant_shadow (tenant_id, type, master_rid) VALUES ($1, 98, 2)',
      [acme.serial],
    );
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  it('never lets a deleted document come back for want of a setting', async () => {
    expect(await (await collectionOf(store, 'acme')).read('Patient', 'p1')).toMatchObject({ deleted: true });
    const statement = (await engineStatements(1)).find(({ name }) => name === 'read_g1')!;
    const { serial } = (await store.tenants.get('acme'))!;
    await expect(asServer('', statement.text, [serial, 98, 'p1'])).rejects.toMatchObject({ code: '42501' });
  });

  it('holds a role back that owns nothing and cannot do without it', async () => {
    const { rows } = await server.query(
      `SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb,
         (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned
       FROM pg_roles r WHERE rolname = 'warmfhir_app'`,
    );
    expect(rows).toEqual([
      {
        ...{ rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false },
        ...{ rolcreatedb: false, owned: 0 },
      },
    ]);
  });
});
