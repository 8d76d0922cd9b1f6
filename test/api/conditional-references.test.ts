import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encounter, hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const FHIR_JSON = { 'content-type': 'application/fhir+json' };
const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const send = (...entry: object[]) =>
  at('/fhir', { body: { resourceType: 'Bundle', type: 'transaction', entry }, headers: FHIR_JSON });
const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
  request: { method, url, ...more },
  ...(resource === undefined ? {} : { resource }),
});
const identified = (value: string, id: string) => ({
  ...patient(id),
  identifier: [{ system: 'http://cr', value }],
});
const about = (reference: string) => ({
  resourceType: 'Basic',
  code: { text: 'a' },
  subject: { reference },
});
const key = (answer: { response: { location: string } }) => answer.response.location.split('/_history')[0];
const subjectOf = async (answer: { response: { location: string } }) =>
  (await at(`/fhir/${key(answer)}`)).json.subject.reference;
const put = (id: string, value: string) => entry('PUT', `Patient/${id}`, identified(value, id));

describe('a conditional reference', () => {
  it.each([
    ['creates', entry('POST', 'Patient', identified('made', 'x'))],
    ['creates under an id', put('put', 'made-put')],
    [
      'creates by criteria that are spelled otherwise',
      entry('POST', 'Patient', identified('made-if', 'x'), {
        ifNoneExist: 'identifier=http%3A%2F%2Fcr|made-if',
      }),
    ],
  ])('leads to what its transaction %s', async (_what, other) => {
    const { value } = (other.resource as ReturnType<typeof identified>).identifier[0]!;
    const { status, json } = await send(
      entry('POST', 'Basic', about(`Patient?identifier=http://cr|${value}`)),
      other,
    );
    expect([status, await subjectOf(json.entry[0])]).toEqual([200, key(json.entry[1])]);
    const { json: found } = await at(`/fhir/Basic?subject=${key(json.entry[1])}`);
    expect(found.entry).toHaveLength(1);
  });

  it('leads to what the changes of its transaction leave, whatever was there before', async () => {
    await send(put('five', '5'), put('six', '6'), put('seven', '7'), put('twice', '7'));
    const { status, json } = await send(
      entry('POST', 'Basic', about('Patient?identifier=http://cr|6b')),
      entry('POST', 'Basic', about('Patient?identifier=http://cr|5')),
      entry('POST', 'Basic', about('Patient?identifier=http://cr|7')),
      put('six', '6b'),
      put('five', '5b'),
      entry('POST', 'Patient', identified('5', 'x')),
      entry('DELETE', 'Patient/twice'),
    );
    expect(status).toBe(200);
    const subjects = await Promise.all(json.entry.slice(0, 3).map(subjectOf));
    expect(subjects).toEqual(['Patient/six', key(json.entry[5]), 'Patient/seven']);
  });

  it('leads through other conditional references', async () => {
    const { status, json } = await send(
      put('chained', 'chained'),
      entry('PUT', 'Encounter/chained', {
        ...encounter('chained'),
        subject: { reference: 'Patient?identifier=http://cr|chained' },
      }),
      entry('POST', 'Basic', about('Encounter?subject=Patient/chained')),
    );
    expect([status, await subjectOf(json.entry[2])]).toEqual([200, 'Encounter/chained']);
  });

  it.each([
    ['no longer', [put('changed', 'after')], 'before', 'Nothing matches'],
    ['no longer, being deleted', [entry('DELETE', 'Patient/changed')], 'before', 'Nothing matches'],
    ['never', [put('changed', 'after')], 'nobody', 'Nothing matches'],
    ['several times', [put('again', 'before')], 'before', 'Several resources match'],
    ['several times, made anew', [put('one', 'new'), put('two', 'new')], 'new', 'Several resources match'],
  ])('that matches %s when all is done fails its transaction', async (_what, others, value, reason) => {
    await send(put('changed', 'before'));
    const version = (await at('/fhir/Patient/changed')).json.meta.versionId;
    const { status, json } = await send(
      ...others,
      entry('PUT', 'Basic/refused', { ...about(`Patient?identifier=http://cr|${value}`), id: 'refused' }),
    );
    expect([status, json.issue[0].diagnostics]).toEqual([
      412,
      expect.stringContaining(`Bundle.entry[${others.length}]: ${reason}`),
    ]);
    expect((await at('/fhir/Basic/refused')).status).toBe(404);
    expect((await at('/fhir/Patient/changed')).json.meta.versionId).toBe(version);
  });
});
