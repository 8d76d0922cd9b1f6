import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { runCli, sampleStore, startServe } from './run-cli.ts';

const folder = temporaryFolder();
let store: string;
beforeAll(async () => {
  store = await sampleStore(folder);
});
afterAll(() => folder[Symbol.dispose]());

const run = (...args: readonly string[]) => runCli([...args, '--store', store]);

describe('warmfhir status and generation', () => {
  it('show what the store holds', async () => {
    const { code, stdout } = await run('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ingestion: { ready: true },
      generation: 1,
      types: { Patient: 2 },
    });
    expect((await run('status')).stdout).toMatch(/^ready +yes$/m);
    expect((await run('generation', 'list')).stdout).toMatch(/^ +1 +sealed /m);
  });

  it('never prune the newest generation', async () => {
    expect(await run('generation', 'prune')).toMatchObject({
      code: 0,
      stdout: 'There is no generation to prune.\n',
    });
    const { code, stderr } = await run('generation', 'prune', '1');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^warmfhir: [^\n]+\n$/)]);
    expect((await run('generation', 'prune', 'one')).code).toBe(2);
  });
});

describe('commands that look at a store', () => {
  it.each([
    ['status'],
    ['generation', 'list'],
    ['generation', 'prune'],
    ['tenant', 'list'],
    ['tenant', 'warm', 'birch'],
  ])('make none where there is none: %s %s', async (...args) => {
    const { code, stdout, stderr } = await runCli([...args, '--store', `sqlite:${folder.at('nowhere')}`]);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^warmfhir: [^\n]*nowhere[^\n]*\n$/),
    ]);
    expect(existsSync(folder.at('nowhere'))).toBe(false);
  });
});

describe('warmfhir tenant', () => {
  it('warms, shows, lists and cools', async () => {
    expect((await run('tenant', 'list')).stdout).toBe('There are no tenants yet.\n');
    expect((await run('tenant', 'warm', 'birch')).stdout).toMatch(
      /^birch is warm until .* generation 1\.\n$/,
    );
    expect(JSON.parse((await run('tenant', 'show', 'birch')).stdout)).toMatchObject({
      tenant: 'birch',
      status: 'warm',
      documentsChanged: 0,
    });
    expect((await run('tenant', 'cool', 'birch')).stdout).toBe('birch is cold.\n');
    expect((await run('tenant', 'list')).stdout).toMatch(/^birch +cold +1 /m);
  });

  it.each([
    [['show', 'nobody'], 1],
    [['cool', 'nobody'], 1],
    [['delete', 'nobody', '--yes'], 1],
    [['warm', 'No Body'], 2],
    [['show', '../data'], 2],
  ])('refuses %j in one line', async (args, code) => {
    expect(await run('tenant', ...args)).toEqual({
      code,
      stdout: '',
      stderr: expect.stringMatching(/^warmfhir: [^\n]+\n$/),
    });
  });

  it('deletes unasked only with --yes, and leaves no byte behind', async () => {
    const { server, url } = await startServe('--store', store);
    const headers = { 'X-Tenant-ID': 'acme', 'Content-Type': 'application/fhir+json' };
    await expect.poll(async () => (await fetch(`${url}/all-good`)).status, { timeout: 10_000 }).toBe(200);
    await fetch(`${url}/warm-up-tenant`, { method: 'POST', headers: { 'X-Tenant-ID': 'acme' } });
    const secret = 'Xylophonist-of-acme';
    const body = JSON.stringify({ resourceType: 'Patient', id: 'p1', name: [{ family: secret }] });
    expect((await fetch(`${url}/fhir/Patient/p1`, { method: 'PUT', headers, body })).status).toBe(200);
    server.child.kill('SIGTERM');
    await server.ended;
    expect(holding(secret)).not.toEqual([]);

    const asked = await run('tenant', 'delete', 'acme');
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await run('tenant', 'delete', 'acme', '--yes')).toMatchObject({
      code: 0,
      stdout: 'Deleted acme.\n',
    });
    expect([...holding(secret), ...holding('tenant_acme')]).toEqual([]);
  });
});

/** Files of the store whose name or bytes hold a text. */
function holding(text: string): string[] {
  const data = folder.at('data');
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => path.includes(text) || readFileSync(path).includes(text));
}
