import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { content, seal } from '../../conformance/engine.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';
import { schemaViolations } from './schema-rules.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(`the rules of tables${unavailable ? `: ${unavailable}` : ''}`, () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await migratedDatabase();
    const store = await PostgresStore.open({ url: database.url });
    await seal(store, [content('Patient', 'p')]);
    await store.close();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.dispose();
  });

  it('are kept by all that an installation with a sealed generation has', async () => {
    const { tables, found } = await schemaViolations(client);
    expect(found).toEqual([]);
    expect(tables).toBeGreaterThan(8);
  });

  it('notice what breaks them', async () => {
    await client.query(`BEGIN;
      CREATE TABLE warmfhir.tenant_wrong (id bigint PRIMARY KEY REFERENCES warmfhir.tenant (tenant_id), tenant_id bigint);
      CREATE TABLE warmfhir.keyless (id bigint);
      CREATE TRIGGER noted BEFORE UPDATE ON warmfhir.keyless EXECUTE FUNCTION suppress_redundant_updates_trigger()`);
    const { found } = await schemaViolations(client);
    await client.query('ROLLBACK');
    expect(found).toEqual([
      'warmfhir.keyless has no primary key',
      'warmfhir.keyless has the trigger noted',
      'warmfhir.tenant_wrong has no row-level security',
      'a key of warmfhir.tenant_wrong begins with id',
      'a key of warmfhir.tenant_wrong begins with id',
    ]);
  });
});
