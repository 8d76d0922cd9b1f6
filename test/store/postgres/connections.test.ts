import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connections } from '../../../src/store/postgres/connections.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import { freshDatabase, type TestDatabase } from '../../postgres/test-database.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(`connections${unavailable ? `: ${unavailable}` : ''}`, () => {
  let server: TestDatabase;
  let connections: Connections;

  beforeAll(async () => {
    server = await freshDatabase();
    connections = new Connections({ url: server.url, deadlineMs: 2_000, shared: 1, exclusive: 1 });
  });
  afterAll(async () => {
    await connections.close();
    await server.dispose();
  });

  const prepare = (count: number) =>
    connections.exclusive((connection) =>
      connection.run(
        Array.from({ length: count }, (_, index) => ({
          statement: { name: `number_${index}`, text: `SELECT ${index}` },
          values: [],
        })),
      ),
    );
  const kept = () =>
    connections.exclusive(async (connection) => {
      const [reply] = await connection.run(['SELECT count(*) FROM pg_prepared_statements']);
      return Number(Object.values(reply!.rows[0]!)[0]);
    });

  it('keep what they have prepared, and are replaced when it has become much', async () => {
    await prepare(20);
    await prepare(20);
    expect(await kept()).toBe(20);
    await prepare(300);
    expect(await kept()).toBe(0);
    expect(connections.size).toBe(1);
  });
});
