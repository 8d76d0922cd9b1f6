import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { ask, synchronousStandbyOf } from '../postgres/synchronous-standby.ts';
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

    beforeAll(async () => {
      primary = await PostgresServer.start({ fsync: true });
      await installSample(primary.url(), folder);
      standby = await synchronousStandbyOf(primary);
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
