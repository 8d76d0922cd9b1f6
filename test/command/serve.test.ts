import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { runCli, sampleStore, startServe } from './run-cli.ts';

describe('warmfhir serve', () => {
  it('serves what was ingested, and ends with 0 on SIGTERM', async () => {
    using folder = temporaryFolder();
    const { server, url } = await startServe('--store', await sampleStore(folder));
    await expect.poll(async () => (await fetch(`${url}/all-good`)).status, { timeout: 10_000 }).toBe(200);
    const headers = { 'X-Tenant-ID': 'acme' };
    expect((await fetch(`${url}/warm-up-tenant`, { method: 'POST', headers })).status).toBe(200);
    expect(await (await fetch(`${url}/fhir/Patient/p1`, { headers })).json()).toMatchObject({ id: 'p1' });
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    expect([code, stderr]).toEqual([0, '']);
  });

  it('listens before anything is ingested, and says what it waits for', async () => {
    using folder = temporaryFolder();
    const { server, url } = await startServe('--store', `sqlite:${folder.at('data')}`);
    expect((await fetch(`${url}/hello`)).status).toBe(200);
    const refused = await fetch(`${url}/tenants/acme/fhir/Patient`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    server.child.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
  });

  it('refuses an address that others reach unless that is meant', async () => {
    using folder = temporaryFolder();
    const args = ['serve', '--host', '0.0.0.0', '--port', '0', '--store', `sqlite:${folder.at('data')}`];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^warmfhir: --host 0\.0\.0\.0 [^\n]*--insecure-no-auth[^\n]*\n$/);
  });

  it('says in one line that its port is taken', async () => {
    using folder = temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const { code, stderr } = await runCli([
      'serve',
      '--port',
      port,
      '--store',
      `sqlite:${folder.at('data')}`,
    ]);
    other.close();
    expect(code).toBe(2);
    expect(stderr).toBe(`warmfhir: Cannot listen on 127.0.0.1 port ${port}: something else listens there.\n`);
  });

  it('names a damaged master and does not serve it', async () => {
    using folder = temporaryFolder();
    const store = await sampleStore(folder);
    const master = folder.at('data/default.g1.db');
    const bytes = readFileSync(master);
    bytes.fill(0x5a, 0, 4096);
    writeFileSync(master, bytes);
    const { code, stderr } = await runCli(['serve', '--port', '0', '--store', store, '--log-level', 'error']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^warmfhir: [^\n]*default\.g1\.db[^\n]*\n$/);
  });
});
