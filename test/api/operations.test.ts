import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });
const severities = (json: { issue: { severity: string }[] }) => json.issue.map(({ severity }) => severity);

describe('$validate', () => {
  const wrong = { ...patient('p1'), birthDate: 'yesterday' };

  it.each<[string, string, object | undefined, string]>([
    ['a valid resource', '/fhir/Patient/$validate', patient('x'), 'information'],
    ['a wrong resource', '/fhir/Patient/$validate', wrong, 'error'],
    ['another type', '/fhir/Encounter/$validate', patient('x'), 'error'],
    [
      'a resource in Parameters',
      '/fhir/Patient/$validate',
      parameters({ name: 'resource', resource: wrong }),
      'error',
    ],
    [
      'a mode in Parameters',
      '/fhir/Patient/$validate',
      parameters({ name: 'resource', resource: patient('x') }, { name: 'mode', valueCode: 'create' }),
      'information',
    ],
    ['a profile', '/fhir/Patient/$validate?profile=http://example.org/p', patient('x'), 'error'],
    ['an update of another id', '/fhir/Patient/p1/$validate?mode=update', patient('x'), 'error'],
    ['an update', '/fhir/Patient/p1/$validate?mode=update', patient('p1'), 'information'],
    [
      'a delete',
      '/fhir/Patient/p1/$validate?mode=delete',
      parameters({ name: 'mode', valueCode: 'delete' }),
      'information',
    ],
    ['what is stored', '/fhir/Patient/p1/$validate', undefined, 'information'],
  ])('of %s is 200', async (_what, path, body, severity) => {
    const { status, json } = await at(
      path,
      body === undefined ? {} : { body, headers: { 'content-type': 'application/fhir+json' } },
    );
    expect([status, json.resourceType, severities(json)]).toEqual([200, 'OperationOutcome', [severity]]);
  });

  it('writes nothing', async () => {
    expect((await at('/fhir/Patient/x')).status).toBe(404);
    expect((await at('/fhir/Patient/p1')).json.meta.versionId).toBe('1');
  });

  it.each<[string, Sent, number]>([
    ['/fhir/Patient/$validate?mode=nonsense', { body: patient('x') }, 400],
    ['/fhir/Patient/$validate?nonsense=1', { body: patient('x') }, 400],
    ['/fhir/Patient/$validate', {}, 400],
    [
      '/fhir/Patient/$validate',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/fhir+json' } },
      400,
    ],
    [
      '/fhir/Patient/$validate',
      { method: 'POST', body: '<x/>', headers: { 'content-type': 'application/fhir+xml' } },
      415,
    ],
    ['/fhir/Patient/nobody/$validate', {}, 404],
    ['/fhir/Patient/nobody/$validate?mode=delete', {}, 404],
  ])('%s with %j cannot be answered', async (path, sent, status) => {
    expect((await at(path, sent)).status).toBe(status);
  });
});

describe('$meta', () => {
  const tag = { system: 'urn:t', code: 'a' };
  const label = { system: 'urn:l', code: 'R' };
  const change = (name: string, meta: object, id = 'p1') =>
    at(`/fhir/Patient/${id}/$${name}`, {
      body: parameters({ name: 'meta', valueMeta: meta }),
      headers: { 'content-type': 'application/fhir+json' },
    });
  const returned = ({ json }: { json: { parameter: { valueMeta: Record<string, unknown> }[] } }) =>
    json.parameter[0]!.valueMeta;

  it('is added to, asked for, and taken from', async () => {
    const added = await change('meta-add', {
      tag: [tag],
      security: [label],
      profile: ['http://example.org/p'],
    });
    expect(added.status).toBe(200);
    const labels = { tag: [tag], security: [label], profile: ['http://example.org/p'] };
    expect(returned(added)).toMatchObject({ versionId: '2', ...labels });
    expect(returned(await at('/fhir/Patient/p1/$meta'))).toEqual((await at('/fhir/Patient/p1')).json.meta);
    expect(returned(await at('/fhir/Patient/p1/_history/1/$meta')).tag).toBeUndefined();
    expect(returned(await at('/fhir/Patient/$meta'))).toEqual(labels);
    expect(returned(await at('/fhir/$meta', { method: 'POST' }))).toEqual(labels);
    expect(returned(await at('/fhir/Encounter/$meta')).extension).toMatchObject([
      { valueCode: 'not-applicable' },
    ]);
    expect((await at('/fhir/Patient?_tag=urn:t|a')).json.entry).toHaveLength(1);
    const removed = returned(await change('meta-delete', { tag: [tag], profile: ['http://example.org/p'] }));
    expect(removed).toMatchObject({ versionId: '3', security: [label] });
    expect([removed.tag, removed.profile]).toEqual([undefined, undefined]);
  });

  it.each(['$meta-add', '$meta-delete', '$review'])('%s keeps to If-Match', async (operation) => {
    const { json } = await at('/fhir/Patient/p2');
    const body =
      operation === '$review'
        ? {}
        : { body: parameters({ name: 'meta', valueMeta: { tag: [{ code: 'x' }] } }) };
    const send = (version: number) =>
      at(`/fhir/Patient/p2/${operation}`, {
        ...{ method: 'POST', ...body },
        headers: { 'content-type': 'application/fhir+json', 'if-match': `W/"${version}"` },
      });
    const version = Number(json.meta.versionId);
    expect((await send(version + 1)).status).toBe(412);
    expect((await at('/fhir/Patient/p2')).json.meta.versionId).toBe(String(version));
  });

  it('writes nothing where nothing changes, and never review state', async () => {
    await at('/fhir/Patient/p2/$review', { method: 'POST' });
    const review = { tag: [{ system: 'urn:warmfhir:review', code: 'reviewed' }] };
    for (const name of ['meta-add', 'meta-delete']) {
      expect(returned(await change(name, review, 'p2'))).toMatchObject({ versionId: '2', ...review });
    }
    expect((await change('meta-add', review, 'p1')).status).toBe(200);
    expect(returned(await at('/fhir/Patient/p1/$meta')).tag).toBeUndefined();
  });

  it('refuses what it cannot read', async () => {
    const headers = { 'content-type': 'application/fhir+json' };
    const send = (body: object) => at('/fhir/Patient/p1/$meta-add', { body, headers });
    expect((await send(parameters())).status).toBe(422);
    expect((await send(parameters({ name: 'meta', valueMeta: { colour: 'red' } }))).status).toBe(422);
    expect((await send(parameters({ name: 'meta', valueString: 'x' }))).status).toBe(400);
    expect((await send(patient('p1'))).status).toBe(400);
    expect((await change('meta-add', { tag: [tag] }, 'nobody')).status).toBe(404);
  });
});
