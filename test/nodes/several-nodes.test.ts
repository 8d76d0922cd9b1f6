import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pgbouncer, pgbouncerVersion } from '../postgres/pgbouncer.ts';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { freshDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { installSample } from './postgres-installation.ts';
import { ServingNode } from './serving-node.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { TenantLoad } from './tenant-load.ts';

const unavailable = postgresUnavailable();

/** How late other nodes may be, milliseconds: with notifications of the database, and without. */
const NOTIFIED_MS = 1_000;
const UNNOTIFIED_MS = 5_000;

/** What a warm tenant answers with 404 and a cold one with 503. */
const NOBODY = '/fhir/Patient/nobody';
const WARM = 404;
const COLD = 503;

async function statuses(nodes: readonly ServingNode[], tenant: string): Promise<readonly number[]> {
  return Promise.all(nodes.map(async ({ http }) => (await http.call(NOBODY, { tenant })).status));
}

describe.skipIf(unavailable)(
  `several nodes on one PostgreSQL${unavailable ? `: ${unavailable}` : ''}`,
  () => {
    const folder = temporaryFolder();
    let database: TestDatabase;
    let nodes: ServingNode[] = [];

    async function query(sql: string): Promise<Record<string, unknown>[]> {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    }

    async function startNodes(count: number, ...args: readonly string[]): Promise<void> {
      const starting = Array.from({ length: count }, () =>
        ServingNode.start('--store', database.url, ...args),
      );
      nodes = await Promise.all(starting);
    }

    beforeAll(async () => {
      database = await freshDatabase();
      await installSample(database.url, folder);
    });

    afterAll(async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      await database?.dispose();
      folder[Symbol.dispose]();
    });

    describe('with notifications', () => {
      beforeAll(() => startNodes(3));
      afterAll(() => Promise.all(nodes.map((node) => node.kill())));

      it('a tenant warmed on one is warm on all', async () => {
        expect(await statuses(nodes, 'acme')).toEqual([COLD, COLD, COLD]);
        expect((await nodes[0]!.http.warmUp('acme')).status).toBe(200);
        expect(await statuses(nodes, 'acme')).toEqual([WARM, WARM, WARM]);
      });

      it('a write on one is read on all, at once', async () => {
        await nodes[0]!.http.warmUp('birch');
        for (let version = 1; version <= 30; version += 1) {
          const body = { resourceType: 'Basic', id: 'b', code: { text: `version ${version}` } };
          const [writer, ...readers] = [0, 1, 2].map((offset) => nodes[(version + offset) % 3]!.http);
          await writer!.call('/fhir/Basic/b', { method: 'PUT', tenant: 'birch', body });
          for (const reader of readers) {
            expect((await reader.call('/fhir/Basic/b', { tenant: 'birch' })).json.code.text).toBe(
              body.code.text,
            );
            const found = await reader.call('/fhir/Basic?_id=b', { tenant: 'birch' });
            expect(found.json.entry[0].resource.meta.versionId).toBe(String(version));
          }
        }
      });

      it('first writes on all at once are all kept', async () => {
        const tenants = Array.from({ length: 10 }, (_, number) => `cedar-${number}`);
        await Promise.all(tenants.map((tenant) => nodes[0]!.http.warmUp(tenant)));
        const writes = tenants.flatMap((tenant) =>
          nodes.map(async ({ http }) => {
            const { status } = await http.call('/fhir/Basic', {
              tenant,
              body: { resourceType: 'Basic', code: { text: 'x' } },
            });
            expect(status).toBe(201);
          }),
        );
        await Promise.all(writes);
        for (const tenant of tenants) {
          const { json } = await nodes[1]!.http.call('/fhir/Basic?_count=0&_total=accurate', { tenant });
          expect(json.total).toBe(3);
        }
      });

      it('cooled on one it is cold on all within a second', { retry: 2 }, async () => {
        await nodes[0]!.http.warmUp('dogwood');
        expect(await statuses(nodes, 'dogwood')).toEqual([WARM, WARM, WARM]);
        await nodes[2]!.http.call('/cool-down-tenant', { method: 'POST', tenant: 'dogwood' });
        await expect
          .poll(() => statuses(nodes, 'dogwood'), { timeout: NOTIFIED_MS, interval: 20 })
          .toEqual([COLD, COLD, COLD]);
      });

      it('a killed node leaves nothing behind: no lock, no connection, no half write', async () => {
        await nodes[0]!.http.warmUp('elm');
        const { http } = nodes[0]!;
        const writing = Array.from({ length: 40 }, (_, number) =>
          http
            .call(`/fhir/Basic/e${number}`, {
              ...{ method: 'PUT', tenant: 'elm' },
              body: { resourceType: 'Basic', id: `e${number}`, code: { text: 'x' } },
            })
            .then(
              ({ status }) => (status === 201 ? `e${number}` : undefined),
              () => undefined,
            ),
        );
        await Promise.race(writing);
        await nodes[0]!.kill();
        const acknowledged = (await Promise.all(writing)).filter((id) => id !== undefined);
        const others = nodes.slice(1);
        for (const { http: other } of others) {
          const body = { resourceType: 'Basic', id: 'after', code: { text: 'x' } };
          const { status } = await other.call('/fhir/Basic/after', { method: 'PUT', tenant: 'elm', body });
          expect(status).toBeLessThan(300);
        }
        for (const id of acknowledged) {
          expect((await others[0]!.http.call(`/fhir/Basic/${id}`, { tenant: 'elm' })).status).toBe(200);
        }
        const open = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE state LIKE $$idle in%$$';
        await expect.poll(() => query(open)).toEqual([{ count: 0 }]);
        nodes[0] = await ServingNode.start('--store', database.url);
        expect((await nodes[0].http.call('/fhir/Basic/after', { tenant: 'elm' })).status).toBe(200);
      });
    });

    describe('idle tenants', () => {
      beforeAll(() => startNodes(3, '--idle-timeout', '3s'));
      afterAll(() => Promise.all(nodes.map((node) => node.kill())));

      it('activity on any keeps a tenant warm on all; without, it is cold on all and nobody wrote so', async () => {
        await nodes[0]!.http.warmUp('fir');
        const until = Date.now() + 5_000;
        while (Date.now() < until) {
          expect((await nodes[1]!.http.call(NOBODY, { tenant: 'fir' })).status).toBe(WARM);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        expect(await statuses(nodes, 'fir')).toEqual([WARM, WARM, WARM]);
        const written = 'SELECT number::int AS number FROM warmfhir.change';
        await new Promise((resolve) => setTimeout(resolve, 3_200));
        const before = await query(written);
        expect(await statuses(nodes, 'fir')).toEqual([COLD, COLD, COLD]);
        const status = await nodes[2]!.http.call('/tenant-status', { tenant: 'fir' });
        expect(status.json.status).toBe('cold');
        expect(await query(written)).toEqual(before);
      });
    });

    describe.skipIf(pgbouncerVersion() === undefined)('behind pgbouncer (where it is installed)', () => {
      let bouncer: Pgbouncer;

      beforeAll(async () => {
        bouncer = await Pgbouncer.start(database.url, 4);
        const starting = [0, 1].map(() =>
          ServingNode.start('--store', bouncer.url, '--listen-url', database.url),
        );
        nodes = await Promise.all(starting);
      });
      afterAll(async () => {
        await Promise.all(nodes.map((node) => node.kill()));
        await bouncer.dispose();
      });

      it('answers are held against what was acknowledged, by clients of several tenants at once', async () => {
        const loads = nodes.map((node, seed) => new TenantLoad(node.port, seed));
        for (const load of loads) load.start();
        for (const load of loads) await load.written(60);
        for (const load of loads) expect(await load.violations()).toEqual([]);
      });

      it('a cool-down is noticed through the address that listens', { retry: 2 }, async () => {
        await nodes[0]!.http.warmUp('hazel');
        expect(await statuses(nodes, 'hazel')).toEqual([WARM, WARM]);
        await nodes[0]!.http.call('/cool-down-tenant', { method: 'POST', tenant: 'hazel' });
        await expect
          .poll(() => statuses(nodes, 'hazel'), { timeout: NOTIFIED_MS, interval: 20 })
          .toEqual([COLD, COLD]);
      });
    });

    describe('without notifications', () => {
      let deaf: TcpProxy;

      beforeAll(async () => {
        deaf = await TcpProxy.start();
        deaf.silence();
        const listenUrl = new URL(database.url);
        listenUrl.port = String(deaf.port);
        await startNodes(2, '--listen-url', listenUrl.href);
      });
      afterAll(async () => {
        await Promise.all(nodes.map((node) => node.kill()));
        await deaf.close();
      });

      it('all of it holds within five seconds', async () => {
        const [one, other] = nodes as [ServingNode, ServingNode];
        await one.http.warmUp('gum');
        expect(await statuses(nodes, 'gum')).toEqual([WARM, WARM]);
        const body = { resourceType: 'Basic', id: 'b', code: { text: 'x' } };
        await one.http.call('/fhir/Basic/b', { method: 'PUT', tenant: 'gum', body });
        expect((await other.http.call('/fhir/Basic/b', { tenant: 'gum' })).status).toBe(200);
        await one.http.call('/cool-down-tenant', { method: 'POST', tenant: 'gum' });
        await expect
          .poll(() => statuses(nodes, 'gum'), { timeout: UNNOTIFIED_MS, interval: 50 })
          .toEqual([COLD, COLD]);
      });
    });
  },
);
