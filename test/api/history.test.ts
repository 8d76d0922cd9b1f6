import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme', 'globex');
  await running.clock.advance(10_000);
  await at('/fhir/Patient/p1', { method: 'PUT', body: patient('p1', 'Changed') });
  await running.clock.advance(10_000);
  await at('/fhir/Patient/p2', { method: 'DELETE' });
  await running.clock.advance(10_000);
  await at('/fhir/Patient/p3', { method: 'PUT', body: patient('p3') });
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
// biome-ignore lint/suspicious/noExplicitAny: entries of a Bundle
const entry = ({ request, response, resource }: any) =>
  `${request.method} ${request.url} ${response.status} ${resource?.meta.versionId ?? '-'}`;

describe('history', () => {
  it('of a type has what came with the master, what was changed and what was deleted', async () => {
    const { status, json } = await at('/fhir/Patient/_history');
    expect(status).toBe(200);
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'history', total: 5 });
    expect(json.entry.map(entry)).toEqual([
      'PUT Patient/p3 201 Created 1',
      'DELETE Patient/p2 204 No Content -',
      'PUT Patient/p1 200 OK 2',
      'POST Patient 201 Created 1',
      'POST Patient 201 Created 1',
    ]);
    expect(json.entry[1]).toMatchObject({
      fullUrl: `${running.url}/fhir/Patient/p2`,
      response: { etag: 'W/"2"' },
    });
    expect((await running.send('/fhir/Patient/_history', { tenant: 'globex' })).json.total).toBe(2);
  });

  it('of the whole collection goes by pages, under both forms of address', async () => {
    const seen: string[] = [];
    let next: string | undefined = '/tenants/acme/fhir/_history?_count=4';
    while (next !== undefined) {
      const { json } = await running.send(next);
      expect(json.total).toBe(11);
      seen.push(...json.entry.map(entry));
      next = json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url;
    }
    expect(seen).toHaveLength(11);
    expect((await at('/fhir/_history')).json.entry.map(entry)).toEqual(seen);
  });

  it('knows pages of its own tenant and query only', async () => {
    const { json } = await at('/fhir/_history?_count=2');
    const next: string = json.link.find(({ relation }: { relation: string }) => relation === 'next').url;
    expect((await running.send(next, { tenant: 'acme' })).status).toBe(200);
    expect((await running.send(next, { tenant: 'globex' })).status).toBe(400);
    expect((await running.send(next.replace('_count=2', '_count=3'), { tenant: 'acme' })).status).toBe(400);
    expect(
      (await running.send(next.replace('/_history', '/Patient/_history'), { tenant: 'acme' })).status,
    ).toBe(400);
  });

  it.each([
    ['_since=2026-01-01T00:00:20Z', 2],
    ['_since=2026-01-01T00:00:10.000Z', 3],
    ['_since=2026-01-01T01:00:20%2B01:00', 2],
    ['_since=2026-01-01T01:00:20+01:00', 2],
    ['_since=2027', 0],
    ['_at=2026-01-01T00:00:25Z', 2],
    ['_at=2026-01-01T00:00:05Z', 2],
    ['_at=2025', 0],
    ['_at=2026', 5],
    ['_since=2026-01-01T00:00:10Z&_at=2026-01-01T00:00:25Z', 2],
  ])('with %s has %i versions', async (query, total) => {
    const { json } = await at(`/fhir/Patient/_history?${query}`);
    expect([json.total, json.entry?.length ?? 0]).toEqual([total, total]);
  });

  it('gives a total alone for _count=0', async () => {
    const { json } = await at('/fhir/Patient/_history?_count=0');
    expect([json.total, json.entry]).toEqual([5, undefined]);
  });

  it.each(['_since=yesterday', '_at=gt2020', '_since=2020&_since=2021', '_count=-1', '_sort=x', '_page=x'])(
    'refuses %s',
    async (query) => {
      const { status, json } = await at(`/fhir/Patient/p1/_history?${query}`);
      expect([status, json.resourceType]).toEqual([400, 'OperationOutcome']);
    },
  );

  it('of what never existed is a 404, of a type without any an empty Bundle', async () => {
    expect((await at('/fhir/Patient/nobody/_history')).status).toBe(404);
    expect((await at('/fhir/Patient/p1/_history?_since=2030')).json.total).toBe(0);
    expect((await at('/fhir/Account/_history')).json.total).toBe(0);
    expect((await at('/fhir/Patiant/_history')).status).toBe(404);
  });

  it('is in the CapabilityStatement', async () => {
    const { json } = await running.send('/fhir/metadata');
    const codes = (list: { code: string }[]) => list.map(({ code }) => code);
    expect(codes(json.rest[0].interaction)).toContain('history-system');
    expect(codes(json.rest[0].resource[0].interaction)).toEqual(
      expect.arrayContaining(['history-instance', 'history-type', 'patch']),
    );
  });
});
