import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/store/postgres/database.ts';
import { call } from '../../../src/store/postgres/statement.ts';
import { FIRST_OVERLAY_RID, TAKE_RIDS } from '../../../src/store/postgres/write-statements.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';

const unavailable = postgresUnavailable();
const TENANT = 1;

describe.skipIf(unavailable)(`transactions${unavailable ? `: ${unavailable}` : ''}`, () => {
  let server: TestDatabase;
  const open = () =>
    new Database(
      { url: server.url, deadlineMs: 2_000, shared: 1, exclusive: 2 },
      { dropRole: true, statementTimeoutMs: 300 },
    );

  beforeAll(async () => {
    server = await migratedDatabase();
  });
  afterAll(() => server.dispose());

  it('of a node that halts in the middle of one do not keep their locks', async () => {
    const [halted, other] = [open(), open()];
    const lock = call(TAKE_RIDS, TENANT, 1, FIRST_OVERLAY_RID);
    const stalled = halted.transaction(TENANT, async (transaction) => {
      await transaction.begin([lock]);
      const written = () => other.write(TENANT, [lock]).then(() => true);
      await expect.poll(written, { timeout: 20_000 }).toBe(true);
      return transaction.commit([lock]);
    });
    await expect(stalled).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await halted.write(TENANT, [lock])).toHaveLength(1);
    expect(halted.openConnections).toBe(1);
    await Promise.all([halted.close(), other.close()]);
  });
});
