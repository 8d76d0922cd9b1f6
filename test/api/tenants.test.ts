import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine } from './prepared-stores.ts';
import { hospital } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital);
});
afterAll(() => running.stop());

describe('POST /warm-up-tenant', () => {
  it('makes and warms the tenant of the header, and warms it again', async () => {
    const first = await running.send('/warm-up-tenant', { method: 'POST', tenant: 'acme' });
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      tenant: 'acme',
      status: 'warm',
      collection: 'tenant_acme',
      generation: 1,
      created: true,
      warmedAt: '2026-01-01T00:00:00.000Z',
      coldAt: '2026-01-01T00:30:00.000Z',
      warmUpMs: expect.any(Number),
    });
    await running.clock.advance(60_000);
    const second = await running.send('/warm-up-tenant', { method: 'POST', tenant: 'acme' });
    expect(second.json).toMatchObject({ created: false, coldAt: '2026-01-01T00:31:00.000Z' });
  });

  it('takes the tenant from the body or the path', async () => {
    const body = await running.send('/warm-up-tenant', { body: { tenant: 'in-body' } });
    expect(body.json).toMatchObject({ tenant: 'in-body', created: true });
    const path = await running.send('/tenants/in-path/warm-up-tenant', { method: 'POST' });
    expect(path.json).toMatchObject({ tenant: 'in-path', created: true });
  });

  it('refuses names that differ', async () => {
    const { status, json } = await running.send('/warm-up-tenant', { tenant: 'a', body: { tenant: 'b' } });
    expect(status).toBe(400);
    expect(json.error).toBe('tenant-ambiguous');
    expect((await running.send('/warm-up-tenant', { tenant: 'a', body: { tenant: 'a' } })).status).toBe(200);
  });

  it.each([
    ['a missing id', {}, 'tenant-id-missing', /X-Tenant-ID/],
    [
      'an illegal id',
      { headers: { 'x-tenant-id': 'ACME' } },
      'tenant-id-invalid',
      /\[a-z0-9\]\[a-z0-9_-\]\{0,62\}/,
    ],
    ['an empty id', { headers: { 'x-tenant-id': '' } }, 'tenant-id-invalid', /\[a-z0-9\]/],
    ['a long id', { headers: { 'x-tenant-id': 'a'.repeat(64) } }, 'tenant-id-invalid', /\[a-z0-9\]/],
    ['two ids', { headers: { 'x-tenant-id': 'a, b' } }, 'tenant-id-invalid', /\[a-z0-9\]/],
    ['an illegal id in the body', { body: { tenant: '../x' } }, 'tenant-id-invalid', /\[a-z0-9\]/],
    ['a number', { body: { tenant: 5 } }, 'body-invalid', /tenant/],
    ['an unknown member', { body: { tenannt: 'a' } }, 'body-invalid', /tenannt/],
    ['a list', { body: [] }, 'body-invalid', /object/],
  ])('refuses %s with 400 and the rule', async (_what, sent, error, message) => {
    const { status, json } = await running.send('/warm-up-tenant', { method: 'POST', ...sent });
    expect(status).toBe(400);
    expect(json.error).toBe(error);
    expect(json.message).toMatch(message);
  });

  it('does the work once for 1,000 at the same time', async () => {
    const all = await Promise.all(
      Array.from({ length: 1000 }, () =>
        running.send('/warm-up-tenant', { method: 'POST', tenant: 'crowd' }),
      ),
    );
    expect(all.every(({ status }) => status === 200)).toBe(true);
    expect(all.filter(({ json }) => json.created)).toHaveLength(1);
    expect(new Set(all.map(({ json }) => json.warmedAt)).size).toBe(1);
  });
});

describe('a request of a cold or unknown tenant', () => {
  it('is refused on the plain face, saying what to call', async () => {
    const { status, headers, json } = await running.send('/encounters', { tenant: 'stranger' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(json).toEqual({
      error: 'tenant-cold',
      message: expect.stringContaining('call POST /warm-up-tenant'),
      tenant: 'stranger',
      status: 'cold',
    });
  });

  it('is refused on the FHIR face with an OperationOutcome', async () => {
    const { status, headers, json } = await running.send('/tenants/stranger/fhir/Patient/p1');
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(json).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'transient',
          diagnostics: expect.stringContaining('POST /warm-up-tenant'),
        },
      ],
    });
  });

  it('leaves nothing of the tenant behind', async () => {
    expect((await running.send('/tenants')).text).not.toContain('stranger');
  });

  it('comes with idleness, and a request puts it off', async () => {
    await running.tenants.warmUp('idle');
    await running.clock.advance(29 * 60_000);
    expect((await running.send('/encounters', { tenant: 'idle' })).status).toBe(200);
    await running.clock.advance(29 * 60_000);
    expect((await running.send('/tenants/idle/fhir/Patient/p1')).status).toBe(200);
    await running.clock.advance(30 * 60_000);
    expect((await running.send('/tenants/idle/fhir/Patient/p1')).status).toBe(503);
  });

  it('warms the tenant instead when the server is told so', async () => {
    const other = await new RunningServer({ autoWarm: true }).start(hospital);
    expect((await other.send('/tenants/fresh/fhir/Patient/p1')).status).toBe(200);
    await other.stop();
  });
});

describe('naming the tenant', () => {
  beforeAll(async () => {
    await running.tenants.warmUp('acme');
  });

  it('works by header and by path on every tenant route', async () => {
    for (const path of [
      '/encounters',
      '/patients/p1',
      '/review-summary',
      '/tenant-status',
      '/fhir/Patient/p1',
    ]) {
      const byHeader = await running.send(path, { tenant: 'acme' });
      expect(byHeader.status, path).toBe(200);
      const byPath = await running.send(`/tenants/acme${path}`);
      expect(byPath.text, path).toBe(byHeader.text);
    }
  });

  it('takes both when they agree, and refuses them when they differ', async () => {
    expect((await running.send('/tenants/acme/fhir/Patient/p1', { tenant: 'acme' })).status).toBe(200);
    const fhir = await running.send('/tenants/acme/fhir/Patient/p1', { tenant: 'globex' });
    expect(fhir.status).toBe(400);
    expect(fhir.json.resourceType).toBe('OperationOutcome');
    const plain = await running.send('/tenants/acme/encounters', { tenant: 'globex' });
    expect(plain.json.error).toBe('tenant-ambiguous');
  });

  it('is needed', async () => {
    expect((await running.send('/encounters')).json.error).toBe('tenant-id-missing');
    expect((await running.send('/fhir/Patient/p1')).status).toBe(400);
  });

  it.each([
    '/tenants/../encounters',
    '/tenants/%2e%2e/encounters',
    '/tenants/..%2f..%2fdata/encounters',
    '/tenants/a%00b/encounters',
    '/tenants/ACME/encounters',
    '/tenants/-acme/encounters',
    `/tenants/${'a'.repeat(64)}/encounters`,
    `/tenants/${'a'.repeat(5000)}/encounters`,
    '/tenants/%2e%2e/fhir/Patient/p1',
    '/tenants/../warm-up-tenant',
  ])('refuses %s and touches no file', async (path) => {
    const before = files();
    const method = path.endsWith('warm-up-tenant') ? 'POST' : 'GET';
    const { status, text } = await running.sendAsIs(path, {}, method);
    expect(status).toBe(400);
    expect(text).toContain('[a-z0-9][a-z0-9_-]{0,62}');
    expect(files()).toEqual(before);
  });
});

describe('the state of tenants', () => {
  it('is told to the tenant itself, cold or not', async () => {
    await running.tenants.warmUp('acme');
    await running.send('/patients', { tenant: 'acme' });
    const { status, json } = await running.send('/tenant-status', { tenant: 'acme' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      tenant: 'acme',
      status: 'warm',
      collection: 'tenant_acme',
      generation: 1,
      documentsChanged: 0,
      bytes: 0,
    });
    expect((await running.send('/tenants/nobody/tenant-status')).json).toMatchObject({
      status: 'cold',
      generation: null,
    });
  });

  it('is listed for all', async () => {
    const { json } = await running.send('/tenants');
    const names = json.tenants.map(({ tenant }: { tenant: string }) => tenant);
    expect(names).toEqual([...names].sort());
    expect(json.tenants.find(({ tenant }: { tenant: string }) => tenant === 'acme')).toMatchObject({
      status: 'warm',
      generation: 1,
      documentsChanged: 0,
    });
  });

  it('turns cold on request', async () => {
    await running.tenants.warmUp('leaver');
    const { status, json } = await running.send('/cool-down-tenant', { method: 'POST', tenant: 'leaver' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ tenant: 'leaver', status: 'cold', coldAt: null });
    expect((await running.send('/patients', { tenant: 'leaver' })).status).toBe(503);
    const unknown = await running.send('/cool-down-tenant', { method: 'POST', tenant: 'nobody' });
    expect(unknown.status).toBe(404);
    expect(unknown.json.error).toBe('tenant-unknown');
  });
});

/** All files of the store's folder and beside it. */
function files(): readonly string[] {
  expect(existsSync(join(running.folder, 'data'))).toBe(engine === 'sqlite');
  return (readdirSync(running.folder, { recursive: true }) as string[]).sort();
}
