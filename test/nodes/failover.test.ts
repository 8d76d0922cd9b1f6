import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { oneRequest } from './one-request.ts';
import { installSample } from './postgres-installation.ts';
import { ServingNode } from './serving-node.ts';
import { TenantLoad } from './tenant-load.ts';

const unavailable = postgresUnavailable();

describe.skipIf(unavailable)(
  `a primary that is lost under load${unavailable ? `: ${unavailable}` : ''}`,
  () => {
    const folder = temporaryFolder();
    let primary: PostgresServer;
    let standby: PostgresServer;
    let node: ServingNode;

    async function ask(server: PostgresServer, sql: string): Promise<Record<string, unknown>[]> {
      const client = new Client({ connectionString: server.url() });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    }

    beforeAll(async () => {
      primary = await PostgresServer.start({ fsync: true });
      await installSample(primary.url(), folder);
      standby = await PostgresServer.standbyOf(primary, 'second');
      await ask(primary, 'ALTER SYSTEM SET synchronous_standby_names = second');
      await ask(primary, 'SELECT pg_reload_conf()');
      await vi.waitFor(async () => {
        const followers = await ask(primary, 'SELECT sync_state FROM pg_stat_replication');
        expect(followers).toEqual([{ sync_state: 'sync' }]);
      });
      const { href, host } = new URL(primary.url());
      const store = href.replace(host, `${host},127.0.0.1:${standby.port}`);
      node = await ServingNode.start('--store', store, '--statement-timeout', '1s');
    });

    afterAll(async () => {
      await node?.kill();
      await Promise.all([primary?.dispose(), standby?.dispose()]);
      folder[Symbol.dispose]();
    });

    it('is replaced by its synchronous standby, with every acknowledged write', async () => {
      const load = new TenantLoad(node.port, 1);
      load.start();
      await load.written(40);
      await primary.kill();
      const body = { resourceType: 'Basic', code: { text: 'x' } };
      const refused = await oneRequest(node.port, '/fhir/Basic', { tenant: 'tenant-0', body });
      expect(refused).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      });
      await ask(standby, 'SELECT pg_promote()');
      await load.written(40);
      expect(await load.violations()).toEqual([]);
    });
  },
);
