import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINES, Installation } from './installation.ts';

describe.each(ENGINES)('%s', (engine) => {
  let here: Installation;
  beforeEach(() => {
    here = new Installation(engine);
  });
  afterEach(() => here.remove());

  const practitioner = (id: string, value: string) => ({
    resourceType: 'Practitioner',
    id,
    identifier: [{ system: 'http://npi', value }],
  });

  const encounter = (id: string, reference: string) => ({
    resourceType: 'Encounter',
    id,
    subject: { reference },
  });

  const post = (fullUrl: string, resource: { resourceType: string }, request: object = {}) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType, ...request },
  });

  async function subject(id: string): Promise<unknown> {
    const found = (await here.document('Encounter', id)) as { subject: { reference: string } } | undefined;
    return found?.subject.reference;
  }

  describe('ingesting Bundles', () => {
    it('rewrites references to entries, which may stand before or behind', async () => {
      const deep = {
        resourceType: 'Encounter',
        id: 'deep',
        contained: [{ resourceType: 'Encounter', id: 'c', subject: { reference: 'urn:uuid:p' } }],
        extension: [{ url: 'x', valueReference: { reference: 'urn:uuid:p', display: 'urn:uuid:p' } }],
        identifier: [{ value: 'urn:uuid:p' }],
      };
      const source = here.bundle('b.json', [
        post('urn:uuid:e', encounter('e', 'urn:uuid:p')),
        post('urn:uuid:d', deep),
        post('urn:uuid:p', { resourceType: 'Patient' }),
        post('urn:uuid:x', encounter('x', 'urn:uuid:nowhere')),
      ]);
      await here.ingest([source]);
      expect(await subject('e')).toBe('Patient/p');
      expect(await subject('x')).toBe('urn:uuid:nowhere');
      expect(await here.document('Encounter', 'deep')).toEqual({
        ...JSON.parse(JSON.stringify(deep).replaceAll('"reference":"urn:uuid:p"', '"reference":"Patient/p"')),
        meta: {},
      });
    });

    it('finds entries in other files, before and behind', async () => {
      await here.ingest([
        here.bundle('1.json', [post('urn:uuid:e', encounter('e', 'urn:uuid:p'))]),
        here.bundle(
          '2.json',
          [post('urn:uuid:p', { resourceType: 'Patient', id: 'real' } as never)],
          'batch',
        ),
        here.file('3.ndjson', [encounter('n', 'urn:uuid:p')]),
      ]);
      expect(await subject('e')).toBe('Patient/real');
      expect(await subject('n')).toBe('Patient/real');
    });

    it('resolves conditional references over all files, and rejects those without exactly one match', async () => {
      const report = await here.ingest([
        here.bundle('1.json', [
          post('urn:uuid:1', encounter('one', 'Practitioner?identifier=http://npi|1')),
          post('urn:uuid:2', encounter('encoded', 'Practitioner?identifier=http%3A%2F%2Fnpi%7C1')),
          post('urn:uuid:3', encounter('id', 'Practitioner?_id=b')),
          post('urn:uuid:4', encounter('none', 'Practitioner?identifier=http://npi|9')),
          post('urn:uuid:5', encounter('several', 'Practitioner?identifier=http://npi|2')),
          post('urn:uuid:6', encounter('other', 'Practitioner?name=x')),
        ]),
        here.file('2.ndjson', [practitioner('a', '1'), practitioner('b', '2'), practitioner('c', '2')]),
      ]);
      expect(report.rows).toEqual([
        { type: 'Encounter', stored: 3, unchanged: 0, superseded: 0, rejected: 3 },
        { type: 'Practitioner', stored: 3, unchanged: 0, superseded: 0, rejected: 0 },
      ]);
      expect(here.rejects().map(({ entry, reason }) => [entry, reason])).toEqual([
        [4, 'Nothing matches the conditional reference Practitioner?identifier=http://npi|9.'],
        [5, 'Several resources match the conditional reference Practitioner?identifier=http://npi|2.'],
        [6, expect.stringContaining('exactly one of identifier=system|value and _id=id')],
      ]);
      expect(here.rejects()[0]!.offset).toBeGreaterThan(100);
    });

    it('creates conditionally once, in the order of the source, and leads references there', async () => {
      const create = (file: string, id: string, reader: string, value = '7') =>
        here.bundle(file, [
          post(`urn:uuid:${id}`, practitioner(id, value), { ifNoneExist: `identifier=http://npi|${value}` }),
          post(`urn:uuid:${reader}`, encounter(reader, `urn:uuid:${id}`)),
        ]);
      const report = await here.ingest([
        create('1.json', 'first', 'e1'),
        create('2.json', 'second', 'e2'),
        create('3.json', 'third', 'e3', '8'),
        here.file('4.ndjson', [practitioner('there', '8')]),
      ]);
      expect(report.rows).toContainEqual({
        type: 'Practitioner',
        stored: 2,
        unchanged: 2,
        superseded: 0,
        rejected: 0,
      });
      expect(await Promise.all(['e1', 'e2', 'e3'].map(subject))).toEqual([
        'Practitioner/first',
        'Practitioner/first',
        'Practitioner/there',
      ]);
    });

    it('creates one of an id once, though others of it come right behind', async () => {
      const create = (fullUrl: string, value: string) =>
        post(fullUrl, practitioner('p', value), { ifNoneExist: '_id=p' });
      const report = await here.ingest([
        here.bundle('1.json', [create('urn:uuid:1', '1'), create('urn:uuid:2', '2')]),
      ]);
      expect(report.rows).toEqual([
        { type: 'Practitioner', stored: 1, unchanged: 1, superseded: 0, rejected: 0 },
      ]);
      expect(await here.document('Practitioner', 'p')).toMatchObject({ identifier: [{ value: '1' }] });
    });

    it('leads to an entry that its own criteria do not find', async () => {
      await here.ingest([
        here.bundle('1.json', [
          post('urn:uuid:p', practitioner('p', '1'), { ifNoneExist: 'identifier=http://npi|other' }),
          post('urn:uuid:e', encounter('e', 'urn:uuid:p')),
        ]),
      ]);
      expect(await subject('e')).toBe('Practitioner/p');
    });

    it('resolves relative and absolute references within a searchset, and leaves nested Bundles alone', async () => {
      const nested = {
        resourceType: 'Bundle',
        id: 'inner',
        type: 'transaction',
        entry: [{ fullUrl: 'urn:uuid:1', resource: encounter('x', 'Practitioner?identifier=9') }],
      };
      const source = here.bundle(
        'page.json',
        [
          { fullUrl: 'http://s/fhir/Patient/9', resource: { resourceType: 'Patient', id: 'own' } },
          { fullUrl: 'http://s/fhir/Encounter/1', resource: encounter('1', 'Patient/9') },
          { fullUrl: 'http://s/fhir/Encounter/2', resource: encounter('2', 'http://s/fhir/Patient/9') },
          { fullUrl: 'http://s/fhir/Encounter/3', resource: encounter('3', 'http://s/fhir/Patient/8') },
          { resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } },
          { resource: nested },
        ],
        'searchset',
      );
      const report = await here.ingest([source]);
      expect(report.failure).toBeNull();
      expect(await Promise.all(['1', '2', '3'].map(subject))).toEqual([
        'Patient/own',
        'Patient/own',
        'http://s/fhir/Patient/8',
      ]);
      expect(await here.document('Bundle', 'inner')).toMatchObject({ entry: nested.entry });
    });

    it('rejects an entry without an id and keeps what stands before a cut', async () => {
      const whole = JSON.stringify({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          { fullUrl: 'http://s/Patient/1', resource: { resourceType: 'Patient' } },
          { resource: { resourceType: 'Patient', id: 'kept' } },
          { resource: { resourceType: 'Patient', id: 'cut' } },
        ],
      });
      const report = await here.ingest([here.file('b.json', whole.slice(0, -20))]);
      expect(report.rows).toEqual([
        { type: '(unknown)', stored: 0, unchanged: 0, superseded: 0, rejected: 1 },
        { type: 'Patient', stored: 1, unchanged: 0, superseded: 0, rejected: 1 },
      ]);
      expect(here.rejects()).toEqual([
        expect.objectContaining({
          entry: 1,
          reason: 'The resource has no id.',
          offset: whole.indexOf('{"fullUrl"'),
        }),
        expect.objectContaining({
          entry: 3,
          reason: 'The JSON text ends too early.',
          offset: whole.length - 20,
        }),
      ]);
    });
  });
});
