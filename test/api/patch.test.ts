import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme', 'globex');
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const patch = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  at(path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json-patch+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const birth = (date: string) => [{ op: 'add', path: '/birthDate', value: date }];

describe('PATCH', () => {
  it('changes a master document for its tenant alone, as a new version', async () => {
    const { status, headers, json } = await patch('/fhir/Patient/p1', birth('1980-01-01'));
    expect([status, headers.get('etag'), json.birthDate]).toEqual([200, 'W/"2"', '1980-01-01']);
    expect((await at('/fhir/Patient/p1')).json).toEqual(json);
    expect((await running.send('/fhir/Patient/p1', { tenant: 'globex' })).json.birthDate).toBeUndefined();
  });

  it('takes a FHIRPath Patch as application/fhir+json', async () => {
    const part = [
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: 'Patient.name[0].family' },
      { name: 'value', valueString: 'Patched' },
    ];
    const body = { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] };
    const { status, json } = await at('/tenants/globex/fhir/Patient/p1', {
      method: 'PATCH',
      tenant: 'globex',
      body,
    });
    expect([status, json.name[0].family]).toEqual([200, 'Patched']);
  });

  it('keeps numbers as they were written', async () => {
    const body =
      '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"valueQuantity":{"value":1.00}}';
    const headers = { 'content-type': 'application/fhir+json' };
    await at('/fhir/Observation/o', { method: 'PUT', headers, body });
    const { text } = await patch('/fhir/Observation/o', [
      { op: 'replace', path: '/status', value: 'amended' },
    ]);
    expect(text).toContain('"status":"amended"');
    expect(text).toContain('"value":1.00}');
  });

  it('clears the review and lets nobody write one', async () => {
    await at('/fhir/Patient/p2/$review', { method: 'POST' });
    const forged = {
      op: 'add',
      path: '/meta/tag/-',
      value: { system: 'urn:warmfhir:review', code: 'reviewed' },
    };
    const { json } = await patch('/fhir/Patient/p2', [...birth('1990'), forged]);
    expect(json.birthDate).toBe('1990');
    expect(json.meta.tag).toBeUndefined();
    expect(json.meta.extension).toBeUndefined();
  });

  it.each([
    ['If-Match of another version', birth('2001'), { 'if-match': 'W/"99"' }, 412],
    ['a test that fails', [{ op: 'test', path: '/gender', value: 'female' }], {}, 422],
    ['a place that is not there', [{ op: 'remove', path: '/photo' }], {}, 422],
    ['an outcome that is no Patient', [{ op: 'add', path: '/colour', value: 'red' }], {}, 422],
    ['another id', [{ op: 'replace', path: '/id', value: 'p9' }], {}, 400],
    ['another type', [{ op: 'replace', path: '/resourceType', value: 'Basic' }], {}, 400],
    ['no JSON', '[{', {}, 400],
    ['no patch', '{}', {}, 400],
    ['XML Patch', '<diff/>', { 'content-type': 'application/xml-patch+xml' }, 415],
    ['a resource', JSON.stringify(patient('d1')), { 'content-type': 'application/fhir+json' }, 400],
  ])('refuses %s and changes nothing', async (_what, body, headers, status) => {
    const before = await at('/fhir/Patient/p1');
    const answer = await patch('/fhir/Patient/p1', body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.json.resourceType).toBe('OperationOutcome');
    expect((await at('/fhir/Patient/p1')).text).toBe(before.text);
  });

  it('answers 404 and 410 where there is nothing to patch', async () => {
    expect((await patch('/fhir/Patient/nobody', birth('2001'))).status).toBe(404);
    await at('/fhir/Encounter/e5', { method: 'DELETE' });
    expect((await patch('/fhir/Encounter/e5', [])).status).toBe(410);
  });

  it('honours If-Match and Prefer', async () => {
    const { headers } = await at('/fhir/Patient/p1');
    const sent = { 'if-match': headers.get('etag')!, prefer: 'return=minimal' };
    const answer = await patch('/fhir/Patient/p1', birth('1981'), sent);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await patch('/fhir/Patient/p1', birth('1982'), { 'if-match': '*' })).status).toBe(200);
  });

  it('loses none of many at once, on a tenant that had changed nothing', async () => {
    await running.tenants.warmUp('busy');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        at('/fhir/Practitioner/d1', {
          method: 'PATCH',
          tenant: 'busy',
          headers: { 'content-type': 'application/json-patch+json' },
          body: JSON.stringify([{ op: 'add', path: '/name/-', value: { family: `n${index}` } }]),
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
    const { json } = await at('/fhir/Practitioner/d1', { tenant: 'busy' });
    expect(json.name).toHaveLength(21);
    expect(new Set(json.name.map((name: { family: string }) => name.family)).size).toBe(21);
    expect(json.meta.versionId).toBe('21');
  });
});
