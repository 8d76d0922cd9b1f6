import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encounter, hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  const master = { ...patient('master'), identifier: [{ system: 'urn:s', value: 'master' }] };
  running = await new RunningServer().start([...hospital, master], 'acme', 'globex');
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const FHIR_JSON = { 'content-type': 'application/fhir+json' };
const identified = (value: string, id?: string, family = 'Chalmers') => {
  const { id: _, ...members } = patient('x', family);
  return { ...members, ...(id === undefined ? {} : { id }), identifier: [{ system: 'urn:s', value }] };
};
const found = async (value: string) =>
  ((await at(`/fhir/Patient?identifier=urn:s|${value}`)).json.entry ?? []).map(
    (entry: { resource: { id: string } }) => entry.resource.id,
  );

describe('a conditional create', () => {
  const create = (value: string, condition: string) =>
    at('/fhir/Patient', { body: identified(value), headers: { ...FHIR_JSON, 'if-none-exist': condition } });

  it('creates where nothing matches, and gives what matches', async () => {
    const made = await create('c1', 'identifier=urn:s|c1');
    expect(made.status).toBe(201);
    const again = await create('c1', 'Patient?identifier=urn%3As%7Cc1');
    expect([again.status, again.json.id, again.headers.get('etag')]).toEqual([200, made.json.id, 'W/"1"']);
    const location = `${running.url}/fhir/Patient/${made.json.id}/_history/1`;
    expect(again.headers.get('location')).toBe(location);
    const master = await create('master', '?identifier=urn:s|master');
    expect([master.status, master.json.id]).toEqual([200, 'master']);
  });

  it('refuses several matches, and criteria that are none', async () => {
    await at('/fhir/Patient', { body: identified('twice') });
    await at('/fhir/Patient', { body: identified('twice') });
    expect((await create('twice', 'identifier=urn:s|twice')).status).toBe(412);
    for (const wrong of [
      'nonsense=1',
      '',
      'identifier=urn:s|twice&_sort=_id',
      'identifier=urn:s|x&_count=1',
    ]) {
      expect([wrong, (await create('x', wrong)).status]).toEqual([wrong, 400]);
    }
  });

  it('of many at once creates one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create('race', 'identifier=urn:s|race')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...new Array(19).fill(200), 201]);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(await found('race')).toHaveLength(1);
  });
});

describe('a conditional update', () => {
  const update = (value: string, body: object, headers: Record<string, string> = {}) =>
    at(`/fhir/Patient?identifier=urn:s|${value}`, {
      method: 'PUT',
      body,
      headers: { ...FHIR_JSON, ...headers },
    });

  it('replaces the one that matches, of the master too', async () => {
    const { status, json } = await update('master', identified('master', undefined, 'Changed'));
    expect([status, json.id, json.name[0].family, json.meta.versionId]).toEqual([
      200,
      'master',
      'Changed',
      '2',
    ]);
    expect((await update('master', identified('master', 'master'))).status).toBe(200);
    expect((await update('master', identified('master', 'other'))).status).toBe(400);
    expect((await update('master', identified('master'), { 'if-match': 'W/"1"' })).status).toBe(412);
  });

  it('makes what does not match, under its own id or a new one', async () => {
    const made = await update('u1', identified('u1'));
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${running.url}/fhir/Patient/${made.json.id}/_history/1`);
    const own = await update('u2', identified('u2', 'of-client'));
    expect([own.status, own.json.id]).toEqual([201, 'of-client']);
    expect((await update('nobody', identified('u3', 'of-client'))).status).toBe(412);
  });

  it('refuses several matches, and no criteria', async () => {
    expect((await update('twice', identified('twice'))).status).toBe(412);
    expect((await at('/fhir/Patient', { method: 'PUT', body: identified('x') })).status).toBe(400);
  });

  it('of many at once loses none, and makes one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => update('upsert', identified('upsert'))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...new Array(9).fill(200), 201]);
    const [id] = await found('upsert');
    expect((await at(`/fhir/Patient/${id}`)).json.meta.versionId).toBe('10');
  });
});

describe('a conditional delete', () => {
  it('deletes all that match, of the master too', async () => {
    for (const id of ['d1', 'd2']) await at(`/fhir/Encounter/${id}`, { method: 'PUT', body: encounter(id) });
    const headers = { prefer: 'return=OperationOutcome' };
    const { status, json } = await at('/fhir/Encounter?_id=d1,d2,e1', { method: 'DELETE', headers });
    expect([status, json.issue[0].diagnostics]).toEqual([200, 'Deleted: 3.']);
    for (const id of ['d1', 'd2', 'e1']) expect((await at(`/fhir/Encounter/${id}`)).status).toBe(410);
    expect((await running.send('/fhir/Encounter/e1', { tenant: 'globex' })).status).toBe(200);
  });

  it('is content with nothing, but wants criteria', async () => {
    expect((await at('/fhir/Encounter?_id=nobody', { method: 'DELETE' })).status).toBe(204);
    expect((await at('/fhir/Encounter', { method: 'DELETE' })).status).toBe(400);
    expect((await at('/fhir/Encounter?nonsense=1', { method: 'DELETE' })).status).toBe(400);
    expect((await at('/fhir/Encounter/e2')).status).toBe(200);
  });
});

describe('a conditional patch', () => {
  const patch = (query: string) =>
    at(`/fhir/Patient?${query}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify([{ op: 'add', path: '/birthDate', value: '1990' }]),
    });

  it('patches the one that matches', async () => {
    const { status, json } = await patch('identifier=urn:s|master');
    expect([status, json.id, json.birthDate]).toEqual([200, 'master', '1990']);
    expect((await patch('identifier=urn:s|nobody')).status).toBe(404);
    expect((await patch('identifier=urn:s|twice')).status).toBe(412);
  });
});

describe('what a conditional write matched', () => {
  const write = { ...FHIR_JSON, prefer: 'return=minimal' };

  it('is named where nothing else is answered', async () => {
    await at('/fhir/Patient/named', { method: 'PUT', body: identified('named', 'named') });
    const body = identified('named');
    const patch = { resourceType: 'Parameters' };
    const query = 'identifier=urn:s|named';
    const answers = [
      await at('/fhir/Patient', { body, headers: { ...write, 'if-none-exist': query } }),
      await at(`/fhir/Patient?${query}`, { method: 'PUT', body, headers: write }),
      await at(`/fhir/Patient?${query}`, { method: 'PATCH', body: patch, headers: write }),
    ];
    const location = (version: number) => `${running.url}/fhir/Patient/named/_history/${version}`;
    expect(answers.map(({ status, text, headers }) => [status, text, headers.get('location')])).toEqual([
      [200, '', location(1)],
      [200, '', location(2)],
      [200, '', location(3)],
    ]);
  });

  it('is named by every entry of a batch that wrote or matched', async () => {
    await at('/fhir/Patient/entry', { method: 'PUT', body: identified('entry', 'entry') });
    const resource = identified('entry');
    const patch = { resourceType: 'Parameters' };
    const query = 'identifier=urn:s|entry';
    const entry = [
      { request: { method: 'POST', url: 'Patient', ifNoneExist: query }, resource },
      { request: { method: 'PUT', url: `Patient?${query}` }, resource },
      { request: { method: 'PATCH', url: `Patient?${query}` }, resource: patch },
      { request: { method: 'GET', url: 'Patient/entry' } },
      { request: { method: 'DELETE', url: 'Patient/nobody' } },
    ];
    const body = { resourceType: 'Bundle', type: 'batch', entry };
    const { json } = await at('/fhir', { body, headers: FHIR_JSON });
    expect(json.entry.map(({ response }: { response: { location?: string } }) => response.location)).toEqual([
      ...[1, 2, 3].map((version) => `Patient/entry/_history/${version}`),
      undefined,
      undefined,
    ]);
  });
});

describe('a transaction', () => {
  const send = (...entry: object[]) =>
    at('/fhir', { body: { resourceType: 'Bundle', type: 'transaction', entry }, headers: FHIR_JSON });
  const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
    request: { method, url, ...more },
    ...(resource === undefined ? {} : { resource }),
  });
  const statuses = ({ json }: Awaited<ReturnType<typeof send>>) =>
    json.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3));

  it('has conditional entries and references', async () => {
    await at('/fhir/Encounter/t1', { method: 'PUT', body: encounter('t1') });
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      subject: { reference: 'Patient?identifier=urn:s|master' },
      performer: [{ reference: 'Patient?identifier=urn:s|t-new' }],
    };
    const answer = await send(
      entry('POST', 'Observation', observation),
      entry('POST', 'Patient', identified('t-new'), { ifNoneExist: 'identifier=urn:s|t-new' }),
      entry('POST', 'Patient', identified('master'), { ifNoneExist: 'identifier=urn:s|master' }),
      entry('PUT', 'Patient?identifier=urn:s|t-put', identified('t-put', 't-put')),
      entry('DELETE', 'Encounter?_id=t1'),
      entry('PATCH', 'Patient?identifier=urn:s|c1', { resourceType: 'Parameters' }),
      entry('GET', 'Patient?identifier=urn:s|t-put'),
    );
    expect(answer.status).toBe(200);
    expect(statuses(answer)).toEqual(['201', '201', '200', '201', '204', '200', '200']);
    const [made, created, there] = answer.json.entry;
    const { json } = await at(`/fhir/${made.response.location.split('/_history')[0]}`);
    expect(json.subject.reference).toBe('Patient/master');
    expect(json.performer[0].reference).toBe(created.response.location.split('/_history')[0]);
    expect(there.response.location).toMatch('Patient/master/_history/');
    expect(answer.json.entry[6].resource.entry).toHaveLength(1);
    // What was written is found by what it refers to now.
    expect((await at('/fhir/Observation?subject=Patient/master')).json.entry).toHaveLength(1);
  });

  it.each<[string, object]>([
    [
      'a reference that nothing matches',
      entry('POST', 'Encounter', {
        ...encounter('x'),
        subject: { reference: 'Patient?identifier=urn:s|nobody' },
      }),
    ],
    [
      'a reference that several match',
      entry('POST', 'Encounter', {
        ...encounter('x'),
        subject: { reference: 'Patient?identifier=urn:s|twice' },
      }),
    ],
    [
      'a create that several match',
      entry('POST', 'Patient', identified('twice'), { ifNoneExist: 'identifier=urn:s|twice' }),
    ],
    ['an update that several match', entry('PUT', 'Patient?identifier=urn:s|twice', identified('twice'))],
  ])('with %s is refused as a whole', async (_what, wrong) => {
    const answer = await send(entry('PUT', 'Patient/whole', patient('whole')), wrong);
    expect([answer.status, answer.json.resourceType]).toEqual([412, 'OperationOutcome']);
    expect((await at('/fhir/Patient/whole')).status).toBe(404);
  });

  it('refuses two entries that come to the same resource', async () => {
    const answer = await send(
      entry('PUT', 'Patient/master', identified('master', 'master')),
      entry('DELETE', 'Patient?identifier=urn:s|master'),
    );
    expect(answer.status).toBe(400);
  });

  it('of many at once creates one', async () => {
    const create = () =>
      send(entry('POST', 'Patient', identified('t-race'), { ifNoneExist: 'identifier=urn:s|t-race' }));
    const answers = await Promise.all(Array.from({ length: 10 }, create));
    expect(answers.flatMap(statuses).sort()).toEqual([...new Array(9).fill('200'), '201']);
    expect(await found('t-race')).toHaveLength(1);
  });
});
