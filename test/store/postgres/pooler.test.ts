import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/store/postgres/migrate.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { collectionOf, content, seal, searchOf, warmed } from '../../conformance/engine.ts';
import { Pgbouncer, pgbouncerVersion } from '../../postgres/pgbouncer.ts';
import { postgresUnavailable } from '../../postgres/postgres-programs.ts';
import { freshDatabase, type TestDatabase } from '../../postgres/test-database.ts';

const missing =
  postgresUnavailable() ?? (pgbouncerVersion() === undefined ? 'pgbouncer is not installed' : '');

describe.skipIf(missing !== '')(`behind pgbouncer in transaction mode${missing && `: ${missing}`}`, () => {
  let database: TestDatabase;
  let bouncer: Pgbouncer;
  let stores: Store[];

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.url);
    // Fewer connections than the stores have: each transaction may get any of them.
    bouncer = await Pgbouncer.start(database.url, 3);
    const open = () => PostgresStore.open({ url: bouncer.url, listenUrl: database.url, connections: 6 });
    stores = [await open(), await open()];
    await seal(stores[0]!, [content('Patient', 'p')]);
  });

  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await bouncer.dispose();
    await database.dispose();
  });

  it('tenants write and read at once, each its own', async () => {
    const tenants = Array.from({ length: 12 }, (_, number) => `tenant-${number}`);
    await Promise.all(tenants.map((tenant) => warmed(stores[0]!, tenant)));
    await Promise.all(
      tenants.map(async (tenant, number) => {
        for (let round = 0; round < 20; round += 1) {
          const [writer, reader] = [stores[(number + round) % 2]!, stores[(number + round + 1) % 2]!];
          const written = content('Basic', 'b', { code: { text: `${tenant} ${round}` } });
          await (await collectionOf(writer, tenant)).write([{ kind: 'put', content: written }], 3_000);
          const read = await (await collectionOf(reader, tenant)).read('Basic', 'b');
          expect(read).toMatchObject({
            version: round + 1,
            json: expect.stringContaining(`${tenant} ${round}`),
          });
          const found = await (await collectionOf(reader, tenant)).search(searchOf('Basic'));
          expect(found.matches).toMatchObject([{ id: 'b', version: round + 1 }]);
        }
      }),
    );
  });

  it('changes of the registry are noticed through the address that listens', async () => {
    const before = stores[1]!.tenants.revision();
    await stores[0]!.tenants.warm('noticed', 1_000);
    await expect.poll(() => stores[1]!.tenants.revision()).not.toBe(before);
  });
});
