import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme', 'lists', 'reviews', 'many');
});
afterAll(() => running.stop());

const ids = (json: { data: { _id: string }[] }) => json.data.map(({ _id }) => _id);

describe('lists of entities', () => {
  it.each([
    ['/encounters', 'Encounter', 5],
    ['/patients', 'Patient', 2],
    ['/practitioners', 'Practitioner', 1],
  ])('%s lists every %s', async (path, type, total) => {
    const { status, headers, json } = await running.send(path, { tenant: 'lists' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(json.pagination).toEqual({ page: 1, count: 100, totalItems: total, hasNext: false });
    expect(json.data).toHaveLength(total);
    expect(json.data[0]).toMatchObject({ reviewed: false, reviewTime: null, resourceType: type });
    expect(Object.keys(json.data[0]).slice(0, 4)).toEqual(['_id', 'reviewed', 'reviewTime', 'resourceType']);
    expect(json.data[0]._id).toBe(`${type}/${json.data[0].id}`);
  });

  it('come page by page in order of first appearance', async () => {
    const first = await running.send('/encounters?count=2', { tenant: 'lists' });
    expect(ids(first.json)).toEqual(['Encounter/e1', 'Encounter/e2']);
    expect(first.json.pagination).toEqual({ page: 1, count: 2, totalItems: 5, hasNext: true });
    const last = await running.send('/encounters?count=2&page=3', { tenant: 'lists' });
    expect(ids(last.json)).toEqual(['Encounter/e5']);
    expect(last.json.pagination).toEqual({ page: 3, count: 2, totalItems: 5, hasNext: false });
    const beyond = await running.send('/encounters?count=2&page=4', { tenant: 'lists' });
    expect(beyond.json).toEqual({
      data: [],
      pagination: { page: 4, count: 2, totalItems: 5, hasNext: false },
    });
  });

  it('can be of reviewed or unreviewed entities alone', async () => {
    await running.send('/review-request', { tenant: 'lists', body: { entity: 'encounter', id: 'e2' } });
    const reviewed = await running.send('/encounters?reviewed=true', { tenant: 'lists' });
    expect(ids(reviewed.json)).toEqual(['Encounter/e2']);
    expect(reviewed.json.data[0]).toMatchObject({ reviewed: true, reviewTime: '2026-01-01T00:00:00.000Z' });
    expect(reviewed.json.pagination.totalItems).toBe(1);
    const rest = await running.send('/encounters?reviewed=false', { tenant: 'lists' });
    expect(ids(rest.json)).toEqual(['Encounter/e1', 'Encounter/e3', 'Encounter/e4', 'Encounter/e5']);
    const all = await running.send('/encounters', { tenant: 'lists' });
    expect(ids(all.json)[1]).toBe('Encounter/e2');
  });

  it.each([
    ['count=0', 'parameter-invalid', /count .* from 1 to 1000/],
    ['count=1001', 'parameter-invalid', /count/],
    ['count=ten', 'parameter-invalid', /count/],
    ['count=-1', 'parameter-invalid', /count/],
    ['count=1.5', 'parameter-invalid', /count/],
    ['count=', 'parameter-invalid', /count/],
    ['count=1&count=2', 'parameter-invalid', /twice/],
    ['page=0', 'parameter-invalid', /page/],
    ['page=99999999999999999999', 'parameter-invalid', /page/],
    ['reviewed=yes', 'parameter-invalid', /true or false/],
    ['reviwed=true', 'parameter-unknown', /"reviwed".*Did you mean reviewed\?/],
    ['foo=bar', 'parameter-unknown', /Known are count, page, reviewed/],
  ])('refuse ?%s', async (query, error, message) => {
    const { status, json } = await running.send(`/encounters?${query}`, { tenant: 'lists' });
    expect(status).toBe(400);
    expect(json.error).toBe(error);
    expect(json.message).toMatch(message);
  });

  it('give 1,000 at most', async () => {
    expect((await running.send('/encounters?count=1000', { tenant: 'lists' })).status).toBe(200);
  });
});

describe('one entity', () => {
  it('is the stored resource with its review state in front', async () => {
    const plain = await running.send('/encounters/e1', { tenant: 'acme' });
    const fhir = await running.send('/fhir/Encounter/e1', { tenant: 'acme' });
    expect(plain.status).toBe(200);
    expect(plain.text).toBe(`{"_id":"Encounter/e1","reviewed":false,"reviewTime":null,${fhir.text.slice(1)}`);
  });

  it('is 404 when unknown and 410 when deleted', async () => {
    const unknown = await running.send('/patients/nobody', { tenant: 'acme' });
    expect(unknown.status).toBe(404);
    expect(unknown.json).toEqual({ error: 'resource-not-found', message: expect.any(String) });
    await running.send('/fhir/Encounter/e5', { method: 'DELETE', tenant: 'acme' });
    const gone = await running.send('/encounters/e5', { tenant: 'acme' });
    expect(gone.status).toBe(410);
    expect(gone.json.error).toBe('resource-gone');
  });

  it.each([
    '/encounters/..',
    '/encounters/%2e%2e',
    '/encounters/a%2Fb',
    '/encounters/a%00',
    '/encounters/a_b',
  ])('%s is refused by the rule for ids', async (path) => {
    const { status, json } = await running.sendAsIs(path, { 'x-tenant-id': 'acme' });
    expect(status).toBe(400);
    expect(json).toEqual({
      error: 'resource-id-invalid',
      message: expect.stringContaining('[A-Za-z0-9.-]{1,64}'),
    });
  });
});

describe('POST /review-request', () => {
  const review = (body: string | object, tenant = 'reviews', headers = {}) =>
    running.send('/review-request', { tenant, body, headers });

  it('reviews one document, and the review shows on both faces', async () => {
    await running.clock.advance(1000);
    const { status, json } = await review({ entity: 'encounter', id: 'e1' });
    expect(status).toBe(200);
    const reviewTime = new Date(running.clock.now()).toISOString();
    expect(json).toEqual({ _id: 'Encounter/e1', reviewed: true, reviewTime });
    const plain = await running.send('/encounters/e1', { tenant: 'reviews' });
    expect(plain.json).toMatchObject({ reviewed: true, reviewTime });
    const fhir = await running.send('/fhir/Encounter/e1', { tenant: 'reviews' });
    expect(fhir.json.meta.tag).toEqual([{ system: 'urn:warmfhir:review', code: 'reviewed' }]);
    expect(fhir.json.meta.versionId).toBe('2');
  });

  it('takes it back', async () => {
    const { json } = await review({ entity: 'encounter', id: 'e1', reviewed: false });
    expect(json).toEqual({ _id: 'Encounter/e1', reviewed: false, reviewTime: null });
    expect((await running.send('/fhir/Encounter/e1', { tenant: 'reviews' })).json.meta.tag).toBeUndefined();
  });

  it.each(['Encounters', 'ENCOUNTER', 'encounters'])('knows %s', async (entity) => {
    expect((await review({ entity, id: 'e2' })).json._id).toBe('Encounter/e2');
  });

  it('reviews many in one transaction, with a status for each', async () => {
    const body = { entity: 'patients', ids: ['p1', 'nobody', 'p2'] };
    const { status, json } = await review(body, 'many');
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { _id: 'Patient/p1', status: 200, reviewed: true },
      { _id: 'Patient/nobody', status: 404 },
      { _id: 'Patient/p2', status: 200, reviewed: true },
    ]);
  });

  it('counts in GET /review-summary', async () => {
    const { status, json } = await running.send('/review-summary', { tenant: 'many' });
    expect(status).toBe(200);
    expect(json).toEqual({
      types: {
        Encounter: { reviewed: 0, unreviewed: 5 },
        Patient: { reviewed: 2, unreviewed: 0 },
        Practitioner: { reviewed: 0, unreviewed: 1 },
      },
      total: { reviewed: 2, unreviewed: 6 },
    });
  });

  it.each([
    ['an unknown name', { entity: 'visitor', id: '1' }, 400, 'entity-unknown'],
    ['an unknown id', { entity: 'encounter', id: 'nobody' }, 404, 'resource-not-found'],
    ['an illegal id', { entity: 'encounter', id: '../x' }, 400, 'resource-id-invalid'],
    ['an illegal id among many', { entity: 'encounter', ids: ['e3', 'a/b'] }, 400, 'resource-id-invalid'],
    ['no id', { entity: 'encounter' }, 400, 'body-invalid'],
    ['id and ids', { entity: 'encounter', id: 'e3', ids: ['e4'] }, 400, 'body-invalid'],
    ['no ids', { entity: 'encounter', ids: [] }, 400, 'body-invalid'],
    ['no entity', { id: 'e3' }, 400, 'body-invalid'],
    ['a number for an id', { entity: 'encounter', id: 3 }, 400, 'body-invalid'],
    ['a word for reviewed', { entity: 'encounter', id: 'e3', reviewed: 'yes' }, 400, 'body-invalid'],
    ['an unknown member', { entity: 'encounter', id: 'e3', reviewd: false }, 400, 'body-invalid'],
    ['a list', [], 400, 'body-invalid'],
  ])('refuses %s', async (_what, body, status, error) => {
    const before = await running.send('/review-summary', { tenant: 'acme' });
    const refused = await review(body, 'acme');
    expect(refused.status).toBe(status);
    expect(refused.json.error).toBe(error);
    expect((await running.send('/review-summary', { tenant: 'acme' })).text).toBe(before.text);
  });

  it('says where JSON goes wrong', async () => {
    const { status, json } = await review('{"entity":\n "encounter",}', 'acme', {
      'content-type': 'application/json',
    });
    expect(status).toBe(400);
    expect(json.error).toBe('json-malformed');
    expect(json.message).toMatch(/line 2, column 14/);
  });

  it('refuses duplicate keys, other encodings, other types, and nothing', async () => {
    const type = { 'content-type': 'application/json' };
    const twice = await review('{"entity":"encounter","id":"e3","id":"e4"}', 'acme', type);
    expect([twice.status, twice.json.error]).toEqual([400, 'json-duplicate-key']);
    const latin = await running.send('/review-request', {
      tenant: 'acme',
      body: Buffer.from('{"entity":"encounter","id":"\xe9"}', 'latin1'),
      headers: type,
    });
    expect([latin.status, latin.json.error]).toEqual([400, 'encoding-invalid']);
    const form = await review('entity=encounter', 'acme', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([form.status, form.json.error]).toEqual([415, 'media-type-unsupported']);
    const empty = await running.send('/review-request', { method: 'POST', tenant: 'acme' });
    expect([empty.status, empty.json.error]).toEqual([400, 'body-invalid']);
  });

  it('takes a byte order mark', async () => {
    const body = '\ufeff{"entity":"encounter","id":"e4"}';
    expect((await review(body, 'acme', { 'content-type': 'application/json' })).status).toBe(200);
  });
});
