import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encounter, hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme', 'globex');
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
type Entry = Record<string, unknown>;
const bundle = (type: string, entry: readonly Entry[]) => ({ resourceType: 'Bundle', type, entry });
const send = (type: string, entry: readonly Entry[], headers: Record<string, string> = {}) =>
  at('/fhir', {
    body: bundle(type, entry),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  });
const request = (method: string, url: string, more: object = {}) => ({ request: { method, url, ...more } });
const statuses = (json: { entry: { response: { status: string } }[] }) =>
  json.entry.map(({ response }) => response.status.slice(0, 3));
const total = async (path: string) =>
  (await at(`${path}${path.includes('?') ? '&' : '?'}_count=0&_total=accurate`)).json.total;

describe('a transaction', () => {
  it('writes all with links put right, and answers entry by entry in the order of the request', async () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      subject: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' },
      valueQuantity: { value: 7 },
    };
    const { status, json } = await send('transaction', [
      request('GET', 'Patient/kept'),
      { ...request('POST', 'Observation'), resource: observation },
      {
        fullUrl: 'urn:uuid:11111111-1111-4111-8111-111111111111',
        ...request('POST', 'Patient'),
        resource: patient('ignored', 'Made'),
      },
      { ...request('PUT', 'Patient/kept'), resource: patient('kept') },
      request('DELETE', 'Encounter/e1'),
    ]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' });
    expect(statuses(json)).toEqual(['200', '201', '201', '201', '204']);
    const [read, made, madePatient, put, removed] = json.entry;
    expect(read.resource.id).toBe('kept');
    expect(put.response).toMatchObject({ location: 'Patient/kept/_history/1', etag: 'W/"1"' });
    expect(put.response.lastModified).toBe(new Date(running.clock.now()).toISOString());
    expect(removed.response.etag).toBe('W/"2"');
    expect(made.fullUrl).toMatch(`${running.url}/fhir/Observation/`);
    const stored = await at(`/fhir/${made.response.location.split('/_history')[0]}`);
    expect(stored.json.subject.reference).toBe(madePatient.response.location.split('/_history')[0]);
    expect((await at('/fhir/Encounter/e1')).status).toBe(410);
  });

  it('goes by DELETE, POST, PUT, PATCH and GET, whatever the order of its entries', async () => {
    await at('/fhir/Patient/order', { method: 'PUT', body: patient('order') });
    const patch = { resourceType: 'Parameters', parameter: [] };
    const { status, json } = await send('transaction', [
      request('GET', 'Patient/order2'),
      { ...request('PATCH', 'Patient/p2'), resource: patch },
      { ...request('PUT', 'Patient/order2'), resource: patient('order2') },
      request('DELETE', 'Patient/order'),
    ]);
    expect(status).toBe(200);
    expect(statuses(json)).toEqual(['200', '200', '201', '204']);
  });

  it('takes the base with and without a slash, and both forms of address', async () => {
    for (const path of ['/fhir', '/fhir/', '/tenants/acme/fhir', '/tenants/acme/fhir/']) {
      const { status, json } = await at(path, {
        body: bundle('transaction', [request('GET', 'Patient/p1')]),
        headers: { 'content-type': 'application/fhir+json' },
      });
      expect([path, status, json.entry[0].resource.id]).toEqual([path, 200, 'p1']);
    }
    const { json } = await send('transaction', []);
    expect(json).toEqual({ resourceType: 'Bundle', type: 'transaction-response' });
  });

  it.each<[string, number, Entry]>([
    [
      'a resource of a wrong structure',
      422,
      { ...request('POST', 'Patient'), resource: { ...patient('x'), colour: 'red' } },
    ],
    [
      'a version that is another',
      412,
      { ...request('PUT', 'Patient/p1', { ifMatch: 'W/"9"' }), resource: patient('p1') },
    ],
    [
      'what exists though it must not',
      412,
      { ...request('PUT', 'Patient/p1', { ifNoneMatch: '*' }), resource: patient('p1') },
    ],
    ['a resource that is not there', 404, request('GET', 'Patient/nobody')],
    ['a search that fails', 400, request('GET', 'Patient?nonsense=1')],
    ['an id that differs', 400, { ...request('PUT', 'Patient/p1'), resource: patient('p2') }],
    ['a type that differs', 400, { ...request('POST', 'Encounter'), resource: patient('p2') }],
    ['a type that R4 has not', 404, { ...request('POST', 'Patiant'), resource: patient('p2') }],
    ['an illegal id', 400, request('DELETE', 'Patient/a_b')],
    ['no resource', 400, request('POST', 'Patient')],
    ['a resource too many', 400, { ...request('DELETE', 'Patient/p1'), resource: patient('p1') }],
    ['no request', 400, { resource: patient('p1') }],
    ['a method of its own', 400, request('BREW', 'Patient/p1')],
    ['an address above the base', 400, request('DELETE', '../../tenants/globex/fhir/Patient/p1')],
    ['another server', 400, request('DELETE', 'https://elsewhere.example/fhir/Patient/p1')],
    [
      'a patch of nothing',
      404,
      { ...request('PATCH', 'Patient/nobody'), resource: { resourceType: 'Parameters' } },
    ],
    ['an unknown member', 400, { ...request('DELETE', 'Patient/p1'), colour: 'red' }],
    ['the same resource again', 400, { ...request('PUT', 'Patient/first'), resource: patient('first') }],
    [
      'the same fullUrl again',
      400,
      { fullUrl: 'urn:uuid:first', ...request('POST', 'Patient'), resource: patient('x') },
    ],
  ])('that holds %s is refused as a whole', async (_what, expected, entry) => {
    const before = await total('/fhir/Patient');
    const { status, json } = await send('transaction', [
      { fullUrl: 'urn:uuid:first', ...request('PUT', 'Patient/first'), resource: patient('first') },
      { ...request('POST', 'Patient'), resource: patient('second') },
      entry,
    ]);
    expect([status, json.resourceType]).toEqual([expected, 'OperationOutcome']);
    expect(await total('/fhir/Patient')).toBe(before);
    expect((await at('/fhir/Patient/first')).status).toBe(404);
    expect((await at('/fhir/Patient/p1')).json.name[0].family).toBe('Chalmers');
  });

  it.each([
    ['PUT', 'PUT'],
    ['POST', 'PUT'],
    ['PUT', 'POST'],
  ])('makes no two resources for the same criteria: %s and %s', async (...methods) => {
    const conditional = (method: string) => ({
      ...(method === 'PUT'
        ? request('PUT', 'Patient?family=Twice')
        : request('POST', 'Patient', { ifNoneExist: 'family=Twice' })),
      resource: { resourceType: 'Patient', name: [{ family: 'Twice' }] },
    });
    const { status, json } = await send('transaction', methods.map(conditional));
    expect([status, json.issue[0].diagnostics]).toEqual([400, expect.stringContaining('Bundle.entry[1]')]);
    expect(await total('/fhir/Patient?family=Twice')).toBe(0);
  });

  it('that only reads leaves a tenant as it is', async () => {
    await running.tenants.warmUp('reader');
    const read = (...urls: string[]) =>
      running.send('/tenants/reader/fhir', {
        body: bundle(
          'transaction',
          urls.map((url) => request('GET', url)),
        ),
        headers: { 'content-type': 'application/fhir+json' },
      });
    const { status, json } = await read('Patient/p1', 'Patient?_id=p2');
    expect([status, json.entry[0].resource.id, json.entry[1].resource.type]).toEqual([
      200,
      'p1',
      'searchset',
    ]);
    expect((await read('Patient/p1', 'Patient/nobody')).status).toBe(404);
    expect((await running.store.tenants.get('reader'))?.overlay).toBe(false);
  });

  it.each(['transaction', 'batch'])('may ask what the server can do: %s', async (type) => {
    const { json } = await send(type, [
      request('GET', 'metadata'),
      request('GET', 'metadata?mode=terminology'),
      { ...request('PUT', 'Patient/asked'), resource: patient('asked') },
    ]);
    expect(json.entry.map(({ resource }: Entry) => (resource as Entry | undefined)?.resourceType)).toEqual([
      'CapabilityStatement',
      'TerminologyCapabilities',
      undefined,
    ]);
  });

  it.each([
    ['an operation that is posted', 400, { ...request('POST', 'Patient/$validate'), resource: patient('x') }],
    [
      'a capability statement that is written',
      400,
      { ...request('PUT', 'metadata'), resource: patient('x') },
    ],
    ['what is not there below the metadata', 404, request('GET', 'metadata/nothing')],
  ])('takes no %s', async (_what, expected, entry) => {
    const first = { ...request('PUT', 'Patient/first'), resource: patient('first') };
    expect((await send('transaction', [first, entry])).status).toBe(expected);
    expect((await at('/fhir/Patient/first')).status).toBe(404);
  });

  it('names the entry that is wrong', async () => {
    const wrong = { ...request('POST', 'Patient'), resource: { ...patient('x'), birthDate: 'yesterday' } };
    const { json } = await send('transaction', [request('GET', 'Patient/p1'), wrong]);
    expect(json.issue[0].expression).toEqual(['Bundle.entry[1].resource.birthDate']);
  });

  it.each([
    ['no Bundle', patient('p1'), 400],
    ['a Bundle of another type', bundle('collection', []), 400],
    ['broken JSON', '{"resourceType":"Bundle","type":"transaction","entry":[{]}', 400],
    [
      'broken JSON in a resource',
      '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient",}}]}',
      400,
    ],
    ['a member that it has not', { ...bundle('batch', []), entries: [] }, 400],
    ['its type twice', '{"resourceType":"Bundle","type":"batch","type":"transaction"}', 400],
    [
      'a method twice',
      '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","method":"DELETE","url":"Patient/p1"}}]}',
      400,
    ],
    [
      'a key twice',
      '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient/p1"},"request":{"method":"GET","url":"Patient/p2"}}]}',
      400,
    ],
  ])('is refused for %s', async (_what, body, expected) => {
    const { status, json } = await at('/fhir', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/fhir+json' },
    });
    expect([status, json.resourceType]).toEqual([expected, 'OperationOutcome']);
  });

  it('answers as the client prefers', async () => {
    const entry = [{ ...request('PUT', 'Patient/prefer'), resource: patient('prefer') }];
    const whole = await send('transaction', entry, { prefer: 'return=representation' });
    expect(whole.json.entry[0].resource).toEqual((await at('/fhir/Patient/prefer')).json);
    const outcome = await send('transaction', entry, { prefer: 'return=OperationOutcome' });
    expect(outcome.json.entry[0].response.outcome.resourceType).toBe('OperationOutcome');
    expect((await send('transaction', entry)).json.entry[0].resource).toBeUndefined();
  });

  it('keeps numbers as they were written, and drops review tags', async () => {
    const resource =
      '{"resourceType":"Observation","id":"n","meta":{"tag":[{"system":"urn:warmfhir:review","code":"reviewed"}]},"status":"final","code":{"text":"a"},"valueQuantity":{"value":1.00}}';
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT","url":"Observation/n"},"resource":${resource}}]}`;
    await at('/fhir', { method: 'POST', body, headers: { 'content-type': 'application/fhir+json' } });
    const { text } = await at('/fhir/Observation/n');
    expect(text).toContain('"value":1.00}');
    expect(text).not.toContain('urn:warmfhir:review');
  });

  it('patches by JSON Patch in a Binary, and loses none of many at once', async () => {
    const patched = (index: number) => {
      const operations = [{ op: 'add', path: '/name/-', value: { family: `n${index}` } }];
      const data = Buffer.from(JSON.stringify(operations)).toString('base64');
      return {
        ...request('PATCH', 'Practitioner/d1'),
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
      };
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => send('transaction', [patched(index)])),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(8).fill(200));
    expect((await at('/fhir/Practitioner/d1')).json.name).toHaveLength(9);
  });

  it('keeps references to versions, as those that it gives', async () => {
    for (const id of ['v2', 'v3', 'v4'])
      await at(`/fhir/Patient/${id}`, { method: 'PUT', body: patient(id) });
    const full = (id: string) => ({ fullUrl: `https://source.example/fhir/Patient/${id}` });
    const { json } = await send('transaction', [
      {
        ...request('POST', 'Group'),
        resource: {
          ...{ resourceType: 'Group', type: 'person', actual: true },
          member: ['v1', 'v2', 'v3', 'v4'].map((id) => ({
            entity: { reference: `https://source.example/fhir/Patient/${id}/_history/7` },
          })),
        },
      },
      { ...full('v1'), ...request('POST', 'Patient'), resource: patient('x') },
      { ...full('v2'), ...request('PUT', 'Patient/v2', { ifMatch: 'W/"1"' }), resource: patient('v2') },
      { ...full('v3'), ...request('PATCH', 'Patient/v3'), resource: { resourceType: 'Parameters' } },
      { ...full('v4'), ...request('PUT', 'Patient/v4'), resource: patient('v4') },
    ]);
    const [made, ...locations] = json.entry.map(
      ({ response }: { response: { location: string } }) => response.location,
    );
    const { json: group } = await at(`/fhir/${made}`);
    const references = group.member.map(({ entity }: { entity: { reference: string } }) => entity.reference);
    expect(references).toEqual([...locations.slice(0, 3), 'Patient/v4']);
    expect((await at(`/fhir/${references[0]}`)).json.meta.versionId).toBe('1');
  });

  it('may be larger than other bodies', async () => {
    const note = 'x'.repeat(100_000);
    const entries = Array.from({ length: 20 }, (_, index) => ({
      ...request('PUT', `Basic/large${index}`),
      resource: { resourceType: 'Basic', id: `large${index}`, code: { text: note } },
    }));
    expect((await send('transaction', entries)).status).toBe(200);
  });
});

describe('a batch', () => {
  it('answers each entry by itself', async () => {
    const { status, json } = await send('batch', [
      { ...request('PUT', 'Patient/b1'), resource: patient('b1') },
      request('GET', 'Patient/b1'),
      request('GET', 'Patient/nobody'),
      { ...request('POST', 'Encounter'), resource: encounter('x') },
      { ...request('POST', 'Encounter'), resource: patient('x') },
      request('GET', 'Patient?_id=p1'),
      { request: { method: 'BREW', url: 'x' } },
      request('GET', 'Patient/b1', { ifNoneMatch: 'W/"1"' }),
      request('DELETE', 'Patient/b1'),
      request('POST', ''),
    ]);
    expect(status).toBe(200);
    expect(json.type).toBe('batch-response');
    expect(statuses(json)).toEqual(['201', '200', '404', '201', '400', '200', '400', '304', '204', '400']);
    expect(json.entry[0].response).toMatchObject({ location: 'Patient/b1/_history/1', etag: 'W/"1"' });
    expect(json.entry[1].resource.id).toBe('b1');
    expect(json.entry[2].response.outcome.resourceType).toBe('OperationOutcome');
    expect(json.entry[5].resource).toMatchObject({ type: 'searchset', total: 1 });
  });

  it('goes by DELETE, POST, PUT, PATCH and reads, each answered in its place', async () => {
    const patch = [{ op: 'add', path: '/gender', value: 'other' }];
    const data = Buffer.from(JSON.stringify(patch)).toString('base64');
    await at('/fhir/Patient/o2', { method: 'PUT', body: patient('o2', 'Before') });
    const { json } = await send('batch', [
      request('GET', 'Patient/o1'),
      { ...request('POST', 'Patient/_search?_id=o1') },
      {
        ...request('PATCH', 'Patient/o1'),
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
      },
      { ...request('PUT', 'Patient/o1'), resource: patient('o1') },
      request('BREW', 'x'),
      { ...request('POST', 'Patient', { ifNoneExist: '_id=o2' }), resource: patient('x') },
      request('DELETE', 'Patient/o2'),
    ]);
    expect(statuses(json)).toEqual(['200', '200', '200', '201', '400', '201', '204']);
    expect(json.entry[0].resource).toMatchObject({ id: 'o1', gender: 'other', meta: { versionId: '2' } });
    expect(json.entry[1].resource.total).toBe(1);
  });

  it('says when a resource was modified, to the millisecond, whether or not it brings it', async () => {
    await running.clock.advance(828);
    const body = patient('modified');
    const { json: read } = await at('/fhir/Patient/modified', { method: 'PUT', body });
    const { lastUpdated } = read.meta;
    expect(lastUpdated).not.toContain('.000Z');
    for (const type of ['batch', 'transaction']) {
      const { json } = await send(type, [
        request('GET', 'Patient/modified'),
        request('HEAD', 'Patient/modified'),
        request('GET', 'Patient/modified', { ifNoneMatch: 'W/"1"' }),
        request('GET', 'Patient/modified?_summary=true'),
        { ...request('POST', 'Patient', { ifNoneExist: '_id=modified' }), resource: patient('x') },
      ]);
      expect(statuses(json)).toEqual(['200', '200', '304', '200', '200']);
      for (const { response } of json.entry) expect(response.lastModified).toBe(lastUpdated);
    }
    const [{ response }] = (await send('batch', [{ ...request('PUT', 'Patient/modified'), resource: body }]))
      .json.entry;
    expect(response.lastModified).toBe((await at('/fhir/Patient/modified')).json.meta.lastUpdated);
  });

  it('keeps to its tenant', async () => {
    const { json } = await running.send('/tenants/globex/fhir', {
      body: bundle('batch', [request('GET', 'Patient/kept'), request('GET', 'Patient/p1')]),
      headers: { 'content-type': 'application/fhir+json' },
    });
    expect(statuses(json)).toEqual(['404', '200']);
  });
});
