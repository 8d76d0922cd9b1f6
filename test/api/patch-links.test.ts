import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const URN = 'urn:uuid:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const FHIR_JSON = { 'content-type': 'application/fhir+json' };
const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const jsonPatch = (...operations: object[]) => ({
  ...{ resourceType: 'Binary', contentType: 'application/json-patch+json' },
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const fhirPathPatch = (...operations: object[][]) => ({
  resourceType: 'Parameters',
  parameter: operations.map((part) => ({ name: 'operation', part })),
});
const replace = (path: string, value: object) => [
  { name: 'type', valueCode: 'replace' },
  { name: 'path', valueString: path },
  { name: 'value', ...value },
];
const made = {
  fullUrl: URN,
  request: { method: 'POST', url: 'Patient' },
  resource: { ...patient('x'), identifier: [{ system: 'http://pl', value: 'made' }] },
};
/** Sends a patch together with the create of a patient; gives the answer, and the patched Basic. */
async function patched(resource: object, fullUrl?: string) {
  const patch = { request: { method: 'PATCH', url: 'Basic/b' }, resource, ...(fullUrl && { fullUrl }) };
  const body = { resourceType: 'Bundle', type: 'transaction', entry: [patch, made] };
  const { status, json } = await at('/fhir', { body, headers: FHIR_JSON });
  const patientKey: string | undefined = json.entry?.[1].response.location.split('/_history')[0];
  return { status, json, patientKey, basic: (await at('/fhir/Basic/b')).json };
}

describe('what a patch of a transaction brings', () => {
  it.each([
    ['a JSON Patch', jsonPatch({ op: 'add', path: '/subject', value: { reference: URN } })],
    ['a JSON Patch of the text alone', jsonPatch({ op: 'replace', path: '/subject/reference', value: URN })],
    ['a FHIRPath Patch', fhirPathPatch(replace('Basic.subject', { valueReference: { reference: URN } }))],
    ['a FHIRPath Patch in parts', fhirPathPatch(replace('Basic.subject.reference', { valueString: URN }))],
    [
      'a conditional reference of a JSON Patch',
      jsonPatch({ op: 'add', path: '/subject', value: { reference: 'Patient?identifier=http://pl|made' } }),
    ],
    [
      'a conditional reference of a FHIRPath Patch',
      fhirPathPatch(
        replace('Basic.subject', { valueReference: { reference: 'Patient?identifier=http://pl|made' } }),
      ),
    ],
  ])('has its links put right: %s', async (_what, patch) => {
    await at('/fhir/Patient?identifier=http://pl|made', { method: 'DELETE' });
    const body = {
      resourceType: 'Basic',
      id: 'b',
      code: { text: 'a' },
      subject: { reference: 'Patient/p1' },
    };
    await at('/fhir/Basic/b', { method: 'PUT', body });
    const { status, basic, patientKey } = await patched(patch);
    expect([status, basic.subject]).toEqual([200, { reference: patientKey }]);
    expect((await at(`/fhir/Basic?subject=${patientKey}`)).json.entry).toHaveLength(1);
  });

  it('alone is put right, also in narratives, and not what the resource had before', async () => {
    const known = { url: 'http://x', valueUri: URN };
    const body = { resourceType: 'Basic', id: 'b', code: { text: 'a' }, extension: [known] };
    await at('/fhir/Basic/b', { method: 'PUT', body });
    const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="https://source.example/fhir/Patient/7">a</a></div>`;
    const text = { status: 'generated', div };
    const { basic } = await patched(jsonPatch({ op: 'add', path: '/text', value: text }));
    expect(basic).toMatchObject({ extension: [known], text: { div } });
    const link = await patched(
      jsonPatch({ op: 'add', path: '/text', value: { ...text, div: div.replace(/https[^"]+/, URN) } }),
    );
    expect(link.basic.text.div).toContain(`<a href="${link.patientKey}">`);
  });

  it.each([
    ['nobody', 'Nothing matches'],
    ['sev', 'Several resources match'],
  ])('fails its transaction where a conditional reference matches as %s', async (value, reason) => {
    for (const id of ['s1', 's2']) {
      const body = { ...patient(id), identifier: [{ system: 'http://pl', value: 'sev' }] };
      await at(`/fhir/Patient/${id}`, { method: 'PUT', body });
    }
    const body = { resourceType: 'Basic', id: 'b', code: { text: 'a' } };
    await at('/fhir/Basic/b', { method: 'PUT', body });
    const reference = `Patient?identifier=http://pl|${value}`;
    const { status, json, basic } = await patched(
      jsonPatch({ op: 'add', path: '/subject', value: { reference } }),
    );
    expect([status, json.issue[0].diagnostics, basic.subject]).toEqual([
      412,
      expect.stringContaining(`Bundle.entry[0]: ${reason}`),
      undefined,
    ]);
  });
});
