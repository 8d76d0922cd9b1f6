import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine } from './prepared-stores.ts';
import { encounter, hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(
    [...hospital, ...Array.from({ length: 40 }, (_, n) => patient(`many-${String(n).padStart(2, '0')}`))],
    'acme',
    'globex',
  );
  await running.clock.advance(86_400_000 / 2);
  await running.tenants.warmUp('acme');
  await running.tenants.warmUp('globex');
  await running.send('/fhir/Encounter/e6', { method: 'PUT', tenant: 'acme', body: encounter('e6') });
  await running.send('/fhir/Encounter/e1/$review', { method: 'POST', tenant: 'acme' });
  await running.send('/fhir/Encounter/e2', { method: 'DELETE', tenant: 'acme' });
});
afterAll(() => running.stop());

interface Bundle {
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: { readonly id: string } }[];
}
const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const ids = (bundle: Bundle) => (bundle.entry ?? []).map(({ resource }) => resource.id);
const link = (bundle: Bundle, relation: string) => bundle.link?.find((one) => one.relation === relation)?.url;

describe('a search on one type', () => {
  it('gives a searchset, newest first, with absolute URLs and the total', async () => {
    const { status, headers, json } = await at('/fhir/Encounter');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 5 });
    expect(ids(json)).toEqual(['e1', 'e6', 'e5', 'e4', 'e3']);
    expect(json.entry[0]).toMatchObject({
      fullUrl: `${running.url}/fhir/Encounter/e1`,
      resource: { resourceType: 'Encounter', meta: { versionId: '2' } },
      search: { mode: 'match' },
    });
    expect(link(json, 'self')).toBe(`${running.url}/fhir/Encounter`);
    expect(link(json, 'next')).toBeUndefined();
  });

  it('gives an empty Bundle for a type of which there is none', async () => {
    const { json } = await at('/fhir/Claim');
    expect(json).toMatchObject({ type: 'searchset', total: 0 });
    expect(json.entry).toBeUndefined();
  });

  it.each([
    ['_id=e1', ['e1']],
    ['_id=e1,e3,nobody', ['e1', 'e3']],
    ['_id=e1,e3&_id=e3,e4', ['e3']],
    ['_id=e1&_id=e3', []],
    ['_id=e2', []],
    ['reviewed=true', ['e1']],
    ['reviewed=false', ['e6', 'e5', 'e4', 'e3']],
    ['_lastUpdated=ge2026-01-01T06:00:00Z', ['e1', 'e6']],
    ['_lastUpdated=lt2026-01-01T06:00:00Z', ['e5', 'e4', 'e3']],
    ['_lastUpdated=gt2025&_lastUpdated=lt2026-01-01T12:00:00Z', ['e5', 'e4', 'e3']],
    ['_lastUpdated=2026-01-01', ['e1', 'e6', 'e5', 'e4', 'e3']],
    ['_lastUpdated=ne2026-01-01', []],
    ['reviewed=false&_id=e1,e6', ['e6']],
    ['_format=json&_pretty=true&_id=e1', ['e1']],
  ])('?%s', async (query, expected) => {
    const { status, json } = await at(`/fhir/Encounter?${query}`);
    expect(status).toBe(200);
    expect(ids(json)).toEqual(expected);
    expect(json.total).toBe(expected.length);
  });

  it.each([
    ['_count=-1', 'invalid', /_count/],
    ['_count=x', 'invalid', /_count/],
    ['_count=1&_count=2', 'invalid', /twice/],
    ['_total=maybe', 'invalid', /_total/],
    ['reviewed=yes', 'invalid', /reviewed/],
    ['_lastUpdated=soon', 'invalid', /soon/],
    ['_lastUpdate=2020', 'not-supported', /"_lastUpdate".*Did you mean _lastUpdated\?/],
    ['name=x', 'not-supported', /"name"/],
    ['_id:exact=x', 'invalid', /_id.*:exact/],
    ['foo=1&bar=2', 'not-supported', /"foo"/],
  ])('?%s is a 400', async (query, code, diagnostics) => {
    const { status, json } = await at(`/fhir/Encounter?${query}`);
    expect(status).toBe(400);
    expect(json.issue[0].code).toBe(code);
    expect(json.issue[0].diagnostics).toMatch(diagnostics);
  });

  it.each([
    '_id=',
    '_lastUpdated=',
    'class:not=',
    'subject.name=',
    'status:missing=',
    '_sort=',
    '_count=',
    '_include=',
  ])('leaves ?%s out, as R4 has it, and says so', async (empty) => {
    const { status, json } = await at(`/fhir/Encounter?_id=e1&${empty}`);
    expect([status, ids(json)[0]]).toEqual([200, 'e1']);
    expect(json.entry[1].search.mode).toBe('outcome');
    expect(json.entry[1].resource.issue[0].diagnostics).toContain(`"${empty.slice(0, -1)}"`);
    expect(json.link[0].url.endsWith('/Encounter?_id=e1')).toBe(true);
  });

  it.each(['nme=', 'class:nme=', 'class=a,'])('refuses ?%s', async (wrong) => {
    expect((await at(`/fhir/Encounter?${wrong}`)).status).toBe(400);
  });

  const posted = (parameter: string, values: readonly string[]) =>
    at('/fhir/Encounter/_search', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${parameter}=${values.join(',')}`,
    });

  it.each([5_000, 70_000])('for %i values that many documents have is a 422', async (values) => {
    const { status, json } = await posted('status', Array(values).fill('finished'));
    expect([status, json.issue?.[0].code]).toEqual([422, 'too-costly']);
    expect((await at('/fhir/Encounter?identifier=urn:a|1')).status).toBe(200);
  });

  it.each([5_000, 70_000])('for %i values that no document has is empty, or a 422', async (values) => {
    const absent = Array.from({ length: values }, (_, n) => `urn:a|${n}`);
    const { status, json } = await posted('identifier', absent);
    // Ranges of an index that are empty are left out on SQLite alone.
    const expected = engine === 'sqlite' ? [200, 0, undefined] : [422, undefined, 'too-costly'];
    expect([status, json.total, json.issue?.[0].code]).toEqual(expected);
  });

  it('leaves unknown parameters out when asked to, and says so', async () => {
    const { status, json } = await at('/fhir/Encounter?name=x&_id=e1', {
      headers: { prefer: 'handling=lenient' },
    });
    expect(status).toBe(200);
    expect(json.total).toBe(1);
    expect(json.entry).toHaveLength(2);
    expect(json.entry[1]).toMatchObject({
      search: { mode: 'outcome' },
      resource: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'warning', diagnostics: expect.stringContaining('"name"') }],
      },
    });
    expect(link(json, 'self')).toBe(`${running.url}/fhir/Encounter?_id=e1`);
    expect((await at('/fhir/Encounter?name=x', { headers: { prefer: 'handling=strict' } })).status).toBe(400);
  });

  it('counts when asked to', async () => {
    const alone = await at('/fhir/Patient?_count=0');
    expect(alone.json).toMatchObject({ total: 42, type: 'searchset' });
    expect(alone.json.entry).toBeUndefined();
    expect((await at('/fhir/Patient?_total=none')).json.total).toBeUndefined();
    expect((await at('/fhir/Patient?_total=accurate')).json.total).toBe(42);
    expect((await at('/fhir/Patient?_total=estimate')).json.total).toBe(42);
    expect((await at('/fhir/Patient?_total=none&_count=0')).json.total).toBe(42);
  });

  it('gives 20 to a page, or as many as asked for, up to 1,000', async () => {
    expect(ids((await at('/fhir/Patient')).json)).toHaveLength(20);
    expect(ids((await at('/fhir/Patient?_count=41')).json)).toHaveLength(41);
    const most = await at('/fhir/Patient?_count=5000');
    expect(link(most.json, 'self')).toBe(`${running.url}/fhir/Patient?_count=1000`);
  });
});

describe('paging', () => {
  it('reaches every match once, forth and back', async () => {
    const pages: string[][] = [];
    let page = (await at('/fhir/Patient?_count=10')).json;
    expect(link(page, 'previous')).toBeUndefined();
    for (;;) {
      pages.push(ids(page));
      const next = link(page, 'next');
      if (next === undefined) break;
      page = (await at(next)).json;
      expect(link(page, 'first')).toBe(`${running.url}/fhir/Patient?_count=10`);
      expect(page.total).toBe(42);
    }
    expect(pages.map((one) => one.length)).toEqual([10, 10, 10, 10, 2]);
    expect(new Set(pages.flat()).size).toBe(42);
    for (const expected of pages.slice(0, -1).reverse()) {
      page = (await at(link(page, 'previous')!)).json;
      expect(ids(page)).toEqual(expected);
    }
  });

  it('uses the addressing of the request', async () => {
    const header = await at('/fhir/Patient?_count=10');
    expect(link(header.json, 'next')).toMatch(`${running.url}/fhir/Patient?_count=10&_page=`);
    const path = await running.send('/tenants/acme/fhir/Patient?_count=10');
    expect(link(path.json, 'next')).toMatch(`${running.url}/tenants/acme/fhir/Patient?_count=10&_page=`);
    expect(path.json.entry[0].fullUrl).toMatch(`${running.url}/tenants/acme/fhir/Patient/`);
    expect((await running.send(link(path.json, 'next')!)).status).toBe(200);
  });

  it('starts its links with the public URL where there is one', async () => {
    const other = await new RunningServer({ publicUrl: 'https://fhir.example.org/base' }).start(
      hospital,
      'acme',
    );
    const { json } = await other.send('/tenants/acme/fhir/Encounter?_count=2');
    expect(link(json, 'next')).toMatch(
      'https://fhir.example.org/base/tenants/acme/fhir/Encounter?_count=2&_page=',
    );
    expect(json.entry[0].fullUrl).toBe('https://fhir.example.org/base/tenants/acme/fhir/Encounter/e5');
    await other.stop();
  });

  it('has short opaque tokens that work for their tenant and search alone', async () => {
    const next = link((await at('/fhir/Patient?_count=10')).json, 'next')!;
    const token = new URL(next).searchParams.get('_page')!;
    expect(token.length).toBeLessThan(64);
    const refused = async (path: string, tenant = 'acme') => {
      const { status, json } = await running.send(path, { tenant });
      expect(status, path).toBe(400);
      expect(json.issue[0].diagnostics).toMatch(/page token/);
    };
    expect((await at(`/fhir/Patient?_count=10&_page=${token}`)).status).toBe(200);
    await refused(`/fhir/Patient?_count=10&_page=${token}`, 'globex');
    await refused(`/fhir/Patient?_count=11&_page=${token}`);
    await refused(`/fhir/Patient?_count=10&reviewed=true&_page=${token}`);
    await refused(`/fhir/Encounter?_count=10&_page=${token}`);
    await refused(`/fhir/Patient/many-01/_history?_count=10&_page=${token}`);
    const changed = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const forged of ['', 'x', changed, `${token}A`, token.slice(0, -1), 'n1', '%00']) {
      await refused(`/fhir/Patient?_count=10&_page=${forged}`);
    }
  });

  it('does not outlive the generation that the tenant is pinned to', async () => {
    const other = await new RunningServer().start(hospital, 'acme');
    const first = await other.send('/tenants/acme/fhir/Encounter?_count=2');
    await other.tenants.coolDown('acme');
    await other.store.tenants.remove('acme');
    await other.ingest(hospital);
    await other.tenants.warmUp('acme');
    expect((await other.send(link(first.json, 'next')!)).status).toBe(400);
    await other.stop();
  });
});

describe('a posted search', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('takes its parameters from the form and the address', async () => {
    const inForm = await at('/fhir/Encounter/_search', { headers: form, body: '_id=e1%2Ce3&_count=1' });
    expect(inForm.status).toBe(200);
    expect(ids(inForm.json)).toEqual(['e1']);
    expect(link(inForm.json, 'self')).toBe(`${running.url}/fhir/Encounter?_id=e1,e3&_count=1`);
    expect(ids((await at(link(inForm.json, 'next')!)).json)).toEqual(['e3']);
    const both = await at('/fhir/Encounter/_search?_id=e1', { headers: form, body: 'reviewed=true' });
    expect(ids(both.json)).toEqual(['e1']);
    expect((await at('/fhir/Encounter/_search', { method: 'POST' })).json.total).toBe(5);
  });

  it('refuses other bodies and methods', async () => {
    expect((await at('/fhir/Encounter/_search', { body: { _id: 'e1' } })).status).toBe(415);
    expect((await at('/fhir/Encounter/_search', { headers: form, body: 'foo=1' })).status).toBe(400);
    const get = await at('/fhir/Encounter/_search');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
