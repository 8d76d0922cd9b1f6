import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../src/fhir/resource-type.ts';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme', 'globex');
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const FHIR_JSON = { 'content-type': 'application/fhir+json' };

describe('read', () => {
  it('sends the stored bytes with ETag and Last-Modified', async () => {
    const { status, headers, text, json } = await at('/fhir/Patient/p1');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(headers.get('etag')).toBe('W/"1"');
    expect(headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
    expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(json.meta).toEqual({ versionId: '1', lastUpdated: '2026-01-01T00:00:00.000Z' });
    expect(json).toMatchObject({ resourceType: 'Patient', id: 'p1', gender: 'male' });
  });

  it.each(['ascii', 'żółć, 東京, 🏥', 'Ä'])('sends the bytes of %s as they are', async (family) => {
    const server = new RunningServer();
    try {
      await server.start([patient('names', family)], 'acme');
      for (const visit of ['from disk', 'from memory']) {
        const { headers, text, json } = await server.send('/fhir/Patient/names', { tenant: 'acme' });
        expect(json.name[0].family, visit).toBe(family);
        expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
      }
      const pretty = await server.send('/fhir/Patient/names?_pretty=true', { tenant: 'acme' });
      expect(pretty.json.name[0].family).toBe(family);
    } finally {
      await server.stop();
    }
  });

  it('sends no body to HEAD', async () => {
    const { status, headers, text } = await at('/fhir/Patient/p1', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('W/"1"');
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100);
    expect(text).toBe('');
    expect((await at('/fhir/Patient/nobody', { method: 'HEAD' })).status).toBe(404);
  });

  it.each([
    [{ 'if-none-match': 'W/"1"' }, 304],
    [{ 'if-none-match': '"1"' }, 304],
    [{ 'if-none-match': 'W/"7", W/"1"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': 'W/"2"' }, 200],
    [{ 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 304],
    [{ 'if-modified-since': 'Wed, 31 Dec 2025 23:59:59 GMT' }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-none-match': 'W/"2"', 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 200],
  ])('with %j answers %i', async (headers, status) => {
    const answer = await at('/fhir/Patient/p1', { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(answer.text === '').toBe(status === 304);
  });

  it('answers 404 for unknown ids and unknown types, with an OperationOutcome', async () => {
    for (const path of ['/fhir/Patient/nobody', '/fhir/Patiant/p1', '/fhir/patient/p1']) {
      const { status, headers, json } = await at(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
      expect(headers.get('etag')).toBeNull();
      expect(json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] });
    }
  });

  it.each([
    '/fhir/Patient/..',
    '/fhir/Patient/%2e%2e',
    '/fhir/Patient/a%2Fb',
    '/fhir/Patient/a%00b',
    '/fhir/Patient/a_b',
    `/fhir/Patient/${'a'.repeat(65)}`,
    '/fhir/Patient/../_history',
    '/tenants/acme/fhir/Patient/%2e%2e%2fx/_history/1',
  ])('refuses %s by the rule for ids', async (path) => {
    const { status, json } = await running.sendAsIs(path, { 'x-tenant-id': 'acme' });
    expect(status).toBe(400);
    expect(json.issue[0].diagnostics).toContain('[A-Za-z0-9.-]{1,64}');
  });

  it('is pretty on demand, numbers as they were written', async () => {
    await at('/fhir/Observation/pretty', {
      method: 'PUT',
      headers: FHIR_JSON,
      body: '{"resourceType":"Observation","id":"pretty","status":"final","code":{"text":"a \\"b\\" {c}: [d],"},"valueQuantity":{"value":1.00}}',
    });
    const minified = await at('/fhir/Observation/pretty');
    const { text } = await at('/fhir/Observation/pretty?_pretty=true&_format=json');
    expect(text).toContain('\n  "resourceType": "Observation",\n');
    expect(text).toContain('\n    "value": 1.00\n');
    expect(JSON.parse(text)).toEqual(minified.json);
    expect(minified.text).not.toContain('\n');
  });
});

describe('the formats', () => {
  it.each([
    'application/fhir+json',
    'application/json',
    'application/fhir+json; fhirVersion=4.0',
    'text/html, */*;q=0.1',
    'application/*',
    'application/fhir+xml;q=0.9, application/fhir+json;q=0.5',
  ])('Accept: %s is answered in JSON', async (accept) => {
    expect((await at('/fhir/Patient/p1', { headers: { accept } })).status).toBe(200);
  });

  it.each([
    'application/fhir+xml',
    'text/html',
    'application/fhir+json; fhirVersion=3.0',
    'application/fhir+json;q=0',
  ])('Accept: %s is 406', async (accept) => {
    const { status, json } = await at('/fhir/Patient/p1', { headers: { accept } });
    expect(status).toBe(406);
    expect(json.resourceType).toBe('OperationOutcome');
  });

  it.each(['json', 'application/json', 'application/fhir+json', 'application/fhir%2Bjson'])(
    '_format=%s counts more than Accept',
    async (format) => {
      const headers = { accept: 'application/fhir+xml' };
      expect((await at(`/fhir/Patient/p1?_format=${format}`, { headers })).status).toBe(200);
    },
  );

  it('an empty _format counts as none', async () => {
    expect((await at('/fhir/Patient/p1?_format=')).status).toBe(200);
  });

  it.each(['xml', 'application/fhir+xml', 'text/turtle'])('_format=%s is 406', async (format) => {
    expect((await at(`/fhir/Patient?_format=${format}`)).status).toBe(406);
  });

  it('of the plain face are JSON too', async () => {
    const { status, json } = await at('/encounters', { headers: { accept: 'text/html' } });
    expect([status, json.error]).toEqual([406, 'media-type-not-acceptable']);
  });
});

describe('create', () => {
  it('answers 201 with an id of the server, Location, ETag and the resource', async () => {
    const { status, headers, json } = await at('/fhir/Patient', { body: patient('mine') });
    expect(status).toBe(201);
    expect(json.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(json.meta.versionId).toBe('1');
    expect(headers.get('etag')).toBe('W/"1"');
    expect(headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
    expect(headers.get('location')).toBe(`${running.url}/fhir/Patient/${json.id}/_history/1`);
    expect((await running.send(headers.get('location')!, { tenant: 'acme' })).json).toEqual(json);
  });

  it('needs no id, and ignores an illegal one', async () => {
    const { id, ...without } = patient('x');
    expect(id).toBe('x');
    expect((await at('/fhir/Patient', { body: without })).status).toBe(201);
    expect((await at('/fhir/Patient', { body: { ...without, id: 'a b' } })).status).toBe(201);
  });

  it('gives the Location in the form of the request', async () => {
    const { headers } = await running.send('/tenants/acme/fhir/Patient', { body: patient('x') });
    expect(headers.get('location')).toMatch(`${running.url}/tenants/acme/fhir/Patient/`);
  });

  it('refuses another type', async () => {
    const other = await at('/fhir/Encounter', { body: patient('x') });
    expect(other.status).toBe(400);
    expect(other.json.resourceType).toBe('OperationOutcome');
  });
});

describe('update', () => {
  it('makes a resource under the id of the client, and replaces it', async () => {
    const made = await at('/fhir/Patient/new', { method: 'PUT', body: patient('new') });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${running.url}/fhir/Patient/new/_history/1`);
    await running.clock.advance(1500);
    const replaced = await at('/fhir/Patient/new', { method: 'PUT', body: patient('new', 'Other') });
    expect(replaced.status).toBe(200);
    expect(replaced.headers.get('location')).toBe(`${running.url}/fhir/Patient/new/_history/2`);
    expect(replaced.headers.get('etag')).toBe('W/"2"');
    expect(replaced.json.meta.lastUpdated).toBe(new Date(running.clock.now()).toISOString());
    expect((await at('/fhir/Patient/new')).text).toBe(replaced.text);
  });

  it('owns versionId and lastUpdated, and drops review tags that a client sends', async () => {
    const meta = {
      versionId: '99',
      lastUpdated: '1999-01-01T00:00:00Z',
      profile: ['http://example.org/mine'],
      tag: [
        { system: 'urn:warmfhir:review', code: 'reviewed' },
        { system: 'http://example.org', code: 'kept' },
      ],
    };
    const { json } = await at('/fhir/Patient/meta', { method: 'PUT', body: { ...patient('meta'), meta } });
    expect(json.meta).toEqual({
      versionId: '1',
      lastUpdated: new Date(running.clock.now()).toISOString(),
      profile: ['http://example.org/mine'],
      tag: [{ system: 'http://example.org', code: 'kept' }],
    });
    expect((await at('/patients/meta')).json.reviewed).toBe(false);
  });

  it('clears a review', async () => {
    await at('/fhir/Patient/p2/$review', { method: 'POST' });
    expect((await at('/patients/p2')).json.reviewed).toBe(true);
    await at('/fhir/Patient/p2', { method: 'PUT', body: patient('p2', 'Changed') });
    expect((await at('/patients/p2')).json).toMatchObject({ reviewed: false, reviewTime: null });
    expect((await at('/fhir/Patient/p2')).json.meta.tag).toBeUndefined();
  });

  it('keeps numbers, unknown extensions and escapes as they were written', async () => {
    const body =
      '{"resourceType":"Observation","id":"n","status":"final","code":{"text":"\\u00e9"},"valueQuantity":{"value":1.00},' +
      '"component":[{"code":{"text":"x"},"valueQuantity":{"value":1e-7}},{"code":{"text":"y"},"valueQuantity":{"value":12345678901234567890}}]}';
    const written = await at('/fhir/Observation/n', { method: 'PUT', headers: FHIR_JSON, body });
    expect(written.status).toBe(201);
    for (const lexeme of ['"value":1.00}', '"value":1e-7}', '"value":12345678901234567890}', '"\\u00e9"']) {
      expect((await at('/fhir/Observation/n')).text).toContain(lexeme);
    }
  });

  it.each([
    ['another id', patient('other')],
    ['no id', { resourceType: 'Patient', gender: 'male' }],
    ['another type', { ...hospital[2], id: 'p1' }],
  ])('refuses %s with 400', async (_what, body) => {
    const { status, json } = await at('/fhir/Patient/p1', { method: 'PUT', body });
    expect(status).toBe(400);
    expect(json.resourceType).toBe('OperationOutcome');
  });

  it('refuses what has not the structure of its type with 422, naming the place', async () => {
    const body = { ...patient('p1'), gender: ['male'], birthDay: '2000-01-01' };
    const { status, json } = await at('/fhir/Patient/p1', { method: 'PUT', body });
    expect(status).toBe(422);
    expect(json.resourceType).toBe('OperationOutcome');
    expect(json.issue[0].diagnostics).toMatch(/birthDay|gender/);
    expect((await at('/fhir/Patient/p1')).headers.get('etag')).toBe('W/"1"');
  });

  it('is conditional with If-Match', async () => {
    const put = (ifMatch: string) =>
      at('/fhir/Patient/match', {
        method: 'PUT',
        body: patient('match'),
        headers: { ...FHIR_JSON, 'if-match': ifMatch },
      });
    expect((await put('W/"1"')).status).toBe(412);
    await at('/fhir/Patient/match', { method: 'PUT', body: patient('match') });
    const conflict = await put('W/"2"');
    expect(conflict.status).toBe(412);
    expect(conflict.json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'conflict' }] });
    expect((await put('W/"1"')).status).toBe(200);
    expect((await put('"2"')).status).toBe(200);
    expect((await put('W/"abc"')).status).toBe(412);
    for (const malformed of ['3', 'W/3', 'W/"3", W/"4"', '']) {
      expect((await put(malformed)).status, malformed).toBe(400);
    }
  });

  it('lets one of many that expect the same version win', async () => {
    await at('/fhir/Patient/race', { method: 'PUT', body: patient('race') });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        at('/fhir/Patient/race', {
          method: 'PUT',
          body: patient('race', `Name${n}`),
          headers: { ...FHIR_JSON, 'if-match': 'W/"1"' },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 412),
    ]);
  });

  it.each([
    ['return=minimal', '', undefined],
    ['return=representation', 'Patient', undefined],
    ['return=OperationOutcome', 'OperationOutcome', undefined],
    ['respond-async, return="minimal"', '', undefined],
  ])('answers as Prefer: %s says', async (prefer, type) => {
    const headers = { ...FHIR_JSON, prefer };
    const answers = [
      await at('/fhir/Patient/prefer', { method: 'PUT', body: patient('prefer'), headers }),
      await at('/fhir/Patient', { body: patient('prefer'), headers }),
    ];
    for (const { status, headers: sent, text } of answers) {
      expect([200, 201]).toContain(status);
      expect(sent.get('etag')).toMatch(/^W\/"\d+"$/);
      expect(text === '' ? '' : JSON.parse(text).resourceType).toBe(type);
    }
  });

  it('works for every resource type', async () => {
    expect(RESOURCE_TYPES.length).toBeGreaterThan(140);
    for (const type of RESOURCE_TYPES) {
      expect((await at(`/fhir/${type}/none`)).status, type).toBe(404);
      expect((await at(`/fhir/${type}?_count=0`)).status, type).toBe(200);
    }
  });
});

describe('delete', () => {
  it('answers 204 without a body, and the resource is gone', async () => {
    await at('/fhir/Patient/leaver', { method: 'PUT', body: patient('leaver') });
    const { status, headers, text } = await at('/fhir/Patient/leaver', { method: 'DELETE' });
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('etag')).toBe('W/"2"');
    expect(headers.get('content-type')).toBeNull();
    const gone = await at('/fhir/Patient/leaver');
    expect(gone.status).toBe(410);
    expect(gone.json.issue[0].code).toBe('deleted');
    expect((await at('/fhir/Patient/leaver', { method: 'DELETE' })).status).toBe(204);
    const back = await at('/fhir/Patient/leaver', { method: 'PUT', body: patient('leaver') });
    expect([back.status, back.headers.get('etag')]).toEqual([201, 'W/"3"']);
  });

  it('answers 204 for what never was', async () => {
    expect((await at('/fhir/Patient/never', { method: 'DELETE' })).status).toBe(204);
    expect((await at('/fhir/Patient/never')).status).toBe(404);
  });

  it('is conditional with If-Match', async () => {
    await at('/fhir/Patient/keep', { method: 'PUT', body: patient('keep') });
    const remove = (ifMatch: string) =>
      at('/fhir/Patient/keep', { method: 'DELETE', headers: { 'if-match': ifMatch } });
    expect((await remove('W/"9"')).status).toBe(412);
    expect((await remove('keep')).status).toBe(400);
    expect((await remove('W/"1"')).status).toBe(204);
  });
});

describe('history', () => {
  it('lists all versions newest first, deletes as entries without a resource', async () => {
    await at('/fhir/Encounter/e1/$review', { method: 'POST' });
    await at('/fhir/Encounter/e1', { method: 'DELETE' });
    await at('/fhir/Encounter/e1', { method: 'PUT', body: hospital[2]! });
    const { status, json } = await at('/fhir/Encounter/e1/_history');
    expect(status).toBe(200);
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'history', total: 4 });
    expect(
      json.entry.map((entry: { request: object; response: { status: string; etag: string } }) => [
        entry.request,
        entry.response.status.slice(0, 3),
        entry.response.etag,
      ]),
    ).toEqual([
      [{ method: 'PUT', url: 'Encounter/e1' }, '201', 'W/"4"'],
      [{ method: 'DELETE', url: 'Encounter/e1' }, '204', 'W/"3"'],
      [{ method: 'PUT', url: 'Encounter/e1' }, '200', 'W/"2"'],
      [{ method: 'POST', url: 'Encounter' }, '201', 'W/"1"'],
    ]);
    expect(json.entry[1].resource).toBeUndefined();
    expect(json.entry[0].fullUrl).toBe(`${running.url}/fhir/Encounter/e1`);
    expect(json.entry[3].resource.meta.versionId).toBe('1');
  });

  it('comes in pages with _count', async () => {
    const seen: string[] = [];
    let url: string | undefined = '/fhir/Encounter/e1/_history?_count=3';
    while (url !== undefined) {
      const { json } = await at(url);
      expect(json.total).toBe(4);
      seen.push(...json.entry.map((entry: { response: { etag: string } }) => entry.response.etag));
      url = json.link.find((link: { relation: string }) => link.relation === 'next')?.url;
    }
    expect(seen).toEqual(['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']);
    expect((await at('/fhir/Encounter/e1/_history?_count=0')).json.entry).toBeUndefined();
    expect((await at('/fhir/Encounter/e1/_history?_count=x')).status).toBe(400);
    expect((await at('/fhir/Encounter/e1/_history?_page=x')).status).toBe(400);
    expect((await at('/fhir/Encounter/e1/_history?foo=x')).status).toBe(400);
  });

  it('is there for untouched documents, and 404 for unknown ones', async () => {
    expect((await at('/fhir/Encounter/e4/_history')).json.total).toBe(1);
    expect((await at('/fhir/Encounter/nobody/_history')).status).toBe(404);
  });

  it('gives single versions', async () => {
    const first = await at('/fhir/Encounter/e1/_history/1');
    expect([first.status, first.headers.get('etag'), first.json.meta.versionId]).toEqual([200, 'W/"1"', '1']);
    expect((await at('/fhir/Encounter/e1/_history/2')).json.meta.tag[0].code).toBe('reviewed');
    expect((await at('/fhir/Encounter/e1/_history/3')).status).toBe(410);
    for (const version of ['9', '0', 'abc', '1.0', '99999999999999999999']) {
      expect((await at(`/fhir/Encounter/e1/_history/${version}`)).status, version).toBe(404);
    }
  });
});

describe('$review', () => {
  it('reviews and answers the resource', async () => {
    const { status, headers, json } = await at('/fhir/Encounter/e2/$review', { method: 'POST' });
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('W/"2"');
    expect(json.meta.tag).toEqual([{ system: 'urn:warmfhir:review', code: 'reviewed' }]);
    expect((await at('/encounters/e2')).json.reviewed).toBe(true);
  });

  it.each([
    { resourceType: 'Parameters', parameter: [{ name: 'reviewed', valueBoolean: false }] },
    { reviewed: false },
  ])('takes it back with %j', async (body) => {
    await at('/fhir/Encounter/e3/$review', { method: 'POST' });
    const { status, json } = await at('/fhir/Encounter/e3/$review', { body });
    expect([status, json.meta.tag]).toEqual([200, undefined]);
  });

  it('refuses other bodies, unknown resources and GET', async () => {
    const body = { resourceType: 'Parameters', parameter: [{ name: 'review', valueBoolean: false }] };
    expect((await at('/fhir/Encounter/e3/$review', { body })).status).toBe(400);
    expect((await at('/fhir/Encounter/nobody/$review', { method: 'POST' })).status).toBe(404);
    const get = await at('/fhir/Encounter/e3/$review');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
