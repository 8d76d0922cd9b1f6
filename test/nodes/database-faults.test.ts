import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { oneRequest } from './one-request.ts';
import { installSample } from './postgres-installation.ts';
import { ServingNode } from './serving-node.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { TenantLoad } from './tenant-load.ts';

const unavailable = postgresUnavailable();
const CONNECTIONS = 6;
/** The database's time for one statement. */
const STATEMENT_TIMEOUT = '1s';
/** The least that the superuser keeps for himself is three. */
const MAX_CONNECTIONS = 30;

describe.skipIf(unavailable)(
  `faults of PostgreSQL under load${unavailable ? `: ${unavailable}` : ''}`,
  () => {
    const folder = temporaryFolder();
    let database: PostgresServer;
    let proxy: TcpProxy;
    let node: ServingNode;
    let seed = 0;

    async function connected(): Promise<Client> {
      const client = new Client({ connectionString: database.url() });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    }

    async function nodeConnections(): Promise<number> {
      const client = await connected();
      const { rows } = await client.query(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'warmfhir'",
      );
      await client.end();
      return rows[0].count;
    }

    /** Runs a load, disturbs it once it writes, and lets it go on until it writes again; then looks at everything. */
    async function disturb(fault: (load: TenantLoad) => Promise<void>): Promise<TenantLoad> {
      seed += 1;
      const load = new TenantLoad(node.port, seed);
      load.start();
      await load.written(20);
      await fault(load);
      await load.written(20);
      expect(await load.violations()).toEqual([]);
      // The pool, one that listens, and those that the server has not noticed yet.
      await expect.poll(nodeConnections).toBeLessThanOrEqual(CONNECTIONS + 1);
      return load;
    }

    /** What a write and a read are answered while the database cannot be used. */
    async function refusals(): Promise<void> {
      const requests = [
        oneRequest(node.port, '/fhir/Basic', {
          tenant: 'tenant-0',
          body: { resourceType: 'Basic', code: { text: 'x' } },
        }),
        oneRequest(node.port, '/fhir/Basic?_count=1', { tenant: 'tenant-0' }),
      ];
      for (const reply of await Promise.all(requests)) {
        expect(reply.status).toBe(503);
        expect(reply.headers['retry-after']).toMatch(/^\d+$/);
        expect(JSON.parse(reply.body)).toMatchObject({
          resourceType: 'OperationOutcome',
          issue: [{ code: 'transient' }],
        });
      }
    }

    beforeAll(async () => {
      database = await PostgresServer.start({ fsync: true, maxConnections: MAX_CONNECTIONS });
      proxy = await TcpProxy.start([database.port]);
      await installSample(database.url(), folder);
      const store = new URL(database.url());
      store.port = String(proxy.port);
      node = await ServingNode.start(
        ...['--store', store.href, '--database-connections', String(CONNECTIONS)],
        ...['--statement-timeout', STATEMENT_TIMEOUT],
      );
    });

    afterAll(async () => {
      await node?.kill();
      await proxy?.close();
      await database?.dispose();
      folder[Symbol.dispose]();
    });

    it('restarted', async () => {
      await disturb(() => database.restart());
    });

    it('killed, and away for a while', async () => {
      await disturb(async () => {
        await database.kill();
        await refusals();
        await database.restart();
      });
    });

    it('halted with its connections open', async () => {
      await disturb(async () => {
        database.pause();
        await refusals();
        database.resume();
      });
    });

    it('cut off by a network that swallows everything', async () => {
      await disturb(async () => {
        proxy.silence();
        await refusals();
        proxy.speak();
      });
    });

    it('with connections that break at any moment', async () => {
      const load = await disturb(async (running) => {
        for (let round = 0; round < 10; round += 1) {
          await running.written(3);
          proxy.sever();
        }
      });
      expect(load.tally.writes).toBeGreaterThan(50);
    });

    it('without a connection to spare', async () => {
      const others: Client[] = [];
      await disturb(async () => {
        proxy.targets = [];
        proxy.sever();
        // Whoever has just left may still hold a place for a moment.
        for (let failures = 0; failures < 5; ) {
          const other = await connected().catch(() => undefined);
          if (other !== undefined) others.push(other);
          else {
            failures += 1;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        }
        proxy.targets = [database.port];
        await refusals();
        await Promise.all(others.map((other) => other.end()));
      });
      expect(others.length).toBeGreaterThan(10);
    });

    it('with a table that another transaction holds for longer than a statement may take', async () => {
      await disturb(async () => {
        const holder = await connected();
        await holder.query('BEGIN; LOCK TABLE warmfhir.tenant_document IN ACCESS EXCLUSIVE MODE');
        await refusals();
        await holder.query('ROLLBACK');
        await holder.end();
      });
    });
  },
);
