import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/store/postgres/migrate.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import type { CollectionStore, Store } from '../../../src/store/store.ts';
import { content, seal, warmed } from '../../conformance/engine.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import { PostgresServer } from '../../postgres/postgres-server.ts';
import { ask, synchronousStandbyOf } from '../../postgres/synchronous-standby.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(`a synchronous standby${unavailable ? `: ${unavailable}` : ''}`, () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let store: Store;
  let acme: CollectionStore;

  const put = (id: string) => acme.write([{ kind: 'put', content: content('Basic', id) }], 3_000);
  const unavailableStore = expect.objectContaining({ code: 'store-unavailable' });

  beforeAll(async () => {
    primary = await PostgresServer.start({ fsync: true });
    await migrate(primary.url());
    standby = await synchronousStandbyOf(primary);
    // The standby first: whoever takes writes is looked for.
    const both = new URL(primary.url());
    const url = both.href.replace(both.host, `127.0.0.1:${standby.port},${both.host}`);
    store = await PostgresStore.open({ url, connections: 4, statementTimeoutMs: 500 });
    await seal(store, [content('Patient', 'p')]);
    acme = await warmed(store, 'acme');
  });

  afterAll(async () => {
    await store?.close();
    await Promise.all([primary?.dispose(), standby?.dispose()]);
  });

  it('that does not answer lets no write be acknowledged, although statements have a time-out', async () => {
    await put('before');
    standby.pause();
    await expect(put('unsafe')).rejects.toEqual(unavailableStore);
    expect(await acme.read('Patient', 'p')).toMatchObject({ version: 1 });
    standby.resume();
    await expect.poll(() => put('after').then(() => 'written')).toBe('written');
  });

  it('takes over with everything that was acknowledged', async () => {
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let number = 0; ; number += 1) {
        await put(`b${number}`);
        acknowledged.push(`b${number}`);
      }
    })();
    await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
    const broken = expect(writing).rejects.toEqual(unavailableStore);
    await primary.kill();
    await broken;
    await expect(put('nowhere')).rejects.toEqual(unavailableStore);
    await ask(standby, 'SELECT pg_promote()');
    await expect.poll(() => put('over').then(() => 'written')).toBe('written');
    for (const id of [...acknowledged, 'before', 'after']) {
      expect(await acme.read('Basic', id)).toMatchObject({ deleted: false });
    }
    await seal(store, [content('Patient', 'p')], 5_000);
    expect((await store.generations.list()).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
  });
});
