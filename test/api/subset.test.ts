import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const read = (query: string, headers: Record<string, string> = {}) =>
  running.send(`/fhir/Encounter/e1?${query}`, { tenant: 'acme', headers });

describe('a part of a resource that is read', () => {
  it.each([
    ['_summary=true', ['resourceType', 'id', 'meta', 'status', 'class', 'subject']],
    ['_summary=text', ['resourceType', 'id', 'meta', 'status', 'class']],
    ['_summary=data', ['resourceType', 'id', 'meta', 'status', 'class', 'subject']],
    ['_elements=subject', ['resourceType', 'id', 'meta', 'status', 'class', 'subject']],
    ['_elements=Encounter.period,id', ['resourceType', 'id', 'meta', 'status', 'class']],
    ['_elements=period&_summary=false', ['resourceType', 'id', 'meta', 'status', 'class']],
  ])('?%s', async (query, members) => {
    const { status, headers, json } = await read(query);
    expect([status, headers.get('etag')]).toEqual([200, 'W/"1"']);
    expect(Object.keys(json)).toEqual(members);
    expect(json.meta.tag).toEqual([
      { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
    ]);
  });

  it('is the whole with _summary=false', async () => {
    expect((await read('_summary=false')).text).toBe((await read('')).text);
  });

  it('is not sent to who has the version already', async () => {
    expect((await read('_summary=true', { 'if-none-match': 'W/"1"' })).status).toBe(304);
    const other = await read('_summary=text', { 'if-none-match': 'W/"2"' });
    expect(Object.keys(other.json)).not.toContain('subject');
  });

  it.each([
    ['_summary=maybe', /true, text, data, count, false/],
    ['_summary=count', /for searches/],
    ['_summary=true&_summary=text', /twice/],
    ['_elements=subjet', /"subjet".*Did you mean subject\?/],
    ['_elements=', /_elements/],
    ['_elements=Patient.subject', /"Patient.subject"/],
    ['_elements=status&_summary=text', /not both/],
  ])('?%s is a 400', async (query, diagnostics) => {
    const { status, json } = await read(query);
    expect([status, json.issue[0].code]).toEqual([400, 'invalid']);
    expect(json.issue[0].diagnostics).toMatch(diagnostics);
  });
});
