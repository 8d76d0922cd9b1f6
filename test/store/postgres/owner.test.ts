import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Owner } from '../../../src/store/postgres/owner.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import { freshDatabase, type TestDatabase } from '../../postgres/test-database.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(`the owner's connection${unavailable ? `: ${unavailable}` : ''}`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.dispose());

  it('is used again, and gathers no listeners', async () => {
    const owner = new Owner(database.url);
    const turn = () => owner.run(async (client) => ({ client, listeners: client.listenerCount('end') }));
    const first = await turn();
    await turn();
    const last = await turn();
    expect(last.client === first.client).toBe(true);
    expect(last.listeners).toBe(first.listeners);
    await owner.close();
  });
});
