import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encounter, hospital, patient } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'left', 'right', 'bystander');
});
afterAll(() => running.stop());

const on = (tenant: string, path: string, sent = {}) => running.send(`/tenants/${tenant}${path}`, sent);

/** Everything that a tenant can see of itself, but for the host and tenant in links. */
async function view(tenant: string): Promise<string[]> {
  const texts = await Promise.all(
    [
      '/fhir/Patient?_count=1000',
      '/fhir/Encounter?_count=1000',
      '/fhir/Encounter?reviewed=true',
      '/fhir/Patient/p1',
      '/fhir/Patient/p1/_history',
      '/fhir/Patient/own',
      '/fhir/Encounter/e1/_history/2',
      '/patients',
      '/encounters?reviewed=false',
      '/practitioners',
      '/review-summary',
    ].map(async (path) => {
      const { status, text } = await on(tenant, path);
      return `${path} ${status} ${text.replaceAll(`/tenants/${tenant}/`, '/tenants/…/')}`;
    }),
  );
  return texts;
}

describe('what one tenant does', () => {
  it('is seen by no other, nor by one that is warmed later', async () => {
    const before = await view('bystander');
    expect(await view('right')).toEqual(before);

    await on('left', '/fhir/Patient/p1', { method: 'PUT', body: patient('p1', 'Changed') });
    await on('left', '/fhir/Patient/own', { method: 'PUT', body: patient('own') });
    await on('left', '/fhir/Patient', { body: patient('x') });
    await on('left', '/fhir/Practitioner/d1', { method: 'DELETE' });
    await on('left', '/fhir/Encounter/e1/$review', { method: 'POST' });
    await on('left', '/review-request', { body: { entity: 'encounter', ids: ['e2', 'e3'] } });

    expect(await view('left')).not.toEqual(before);
    expect(await view('bystander')).toEqual(before);
    expect(await view('right')).toEqual(before);
    await running.send('/warm-up-tenant', { method: 'POST', tenant: 'latecomer' });
    expect(await view('latecomer')).toEqual(before);
    expect((await running.send('/health')).json.resources.byType).toEqual({
      Encounter: 5,
      Patient: 2,
      Practitioner: 1,
    });
  });

  it('lets every tenant have the same id', async () => {
    await on('left', '/fhir/Encounter/same', { method: 'PUT', body: encounter('same') });
    await on('right', '/fhir/Encounter/same', {
      method: 'PUT',
      body: { ...encounter('same'), status: 'planned' },
    });
    expect((await on('left', '/fhir/Encounter/same')).json.status).toBe('finished');
    expect((await on('right', '/fhir/Encounter/same')).json.status).toBe('planned');
    expect((await on('bystander', '/fhir/Encounter/same')).status).toBe(404);
  });

  it('hides a deleted master document in its own collection alone', async () => {
    await on('right', '/fhir/Encounter/e4', { method: 'DELETE' });
    expect((await on('right', '/fhir/Encounter/e4')).status).toBe(410);
    expect((await on('right', '/encounters')).text).not.toContain('"Encounter/e4"');
    expect((await on('left', '/fhir/Encounter/e4')).status).toBe(200);
    expect((await on('bystander', '/encounters')).text).toContain('"Encounter/e4"');
  });

  it('survives cooling and warming', async () => {
    const before = await view('left');
    await running.send('/cool-down-tenant', { method: 'POST', tenant: 'left' });
    expect((await on('left', '/fhir/Patient/p1')).status).toBe(503);
    await running.send('/warm-up-tenant', { method: 'POST', tenant: 'left' });
    expect(await view('left')).toEqual(before);
  });

  it('is kept out of caches on the way, whatever the answer', async () => {
    for (const path of ['/fhir/Patient/p1', '/fhir/Patient/nobody', '/patients', '/fhir/Patient']) {
      const { headers } = await running.send(path, { tenant: 'right' });
      expect(headers.get('cache-control'), path).toBe('private, no-cache');
      expect(headers.get('vary'), path).toBe('X-Tenant-ID');
    }
  });

  it('never mixes with others under load', async () => {
    const tenants = Array.from({ length: 8 }, (_, n) => `busy-${n}`);
    await Promise.all(tenants.map((tenant) => running.tenants.warmUp(tenant)));
    await Promise.all(
      tenants.flatMap((tenant) =>
        ['p1', 'p2', 'mine'].map((id) =>
          on(tenant, `/fhir/Patient/${id}`, { method: 'PUT', body: patient(id, tenant) }),
        ),
      ),
    );
    await Promise.all(
      tenants.flatMap((tenant) =>
        ['p1', 'p2', 'mine'].map(async (id) => {
          expect((await on(tenant, `/fhir/Patient/${id}`)).json.name[0].family).toBe(tenant);
          expect((await on(tenant, '/patients')).json.pagination.totalItems).toBe(3);
        }),
      ),
    );
  });
});
