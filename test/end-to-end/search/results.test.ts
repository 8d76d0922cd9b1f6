import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StructureCheck } from '../../../src/fhir/structure/structure-check.ts';
import { ids, link, SERVED, ServedCollection } from './served-collection.ts';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

describe.each(SERVED)('what a search answers of a collection on $on that is $how', ({ engine, making }) => {
  let served: ServedCollection;

  beforeAll(async () => {
    served = await ServedCollection.start(engine, making);
  });
  afterAll(() => served.stop());

  test('entries say where they are and why they are there; the Bundle is valid', async () => {
    const { json, headers } = await served.send('Observation?_id=ob1&_include=Observation:subject');
    expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 1 });
    expect(json.entry).toMatchObject([
      { fullUrl: `${served.base}/Observation/ob1`, resource: { id: 'ob1' }, search: { mode: 'match' } },
      { fullUrl: `${served.base}/Patient/p1`, resource: { id: 'p1' }, search: { mode: 'include' } },
    ]);
    expect(link(json, 'self')).toBe(`${served.base}/Observation?_id=ob1&_include=Observation:subject`);
    new StructureCheck().require(json);
  });

  test('resources are what a read gives', async () => {
    const { text } = await served.send('Patient/p1');
    expect((await served.send('Patient?_id=p1')).text).toContain(`"resource":${text},`);
  });

  test.each([
    ['Patient?_count=2', 6],
    ['Patient?_count=2&_total=accurate', 6],
    ['Patient?_count=2&_total=none', undefined],
    ['Patient?gender=female&_total=estimate', 2],
    ['Observation?_include=Observation:subject&_count=3', 9],
    ['?_type=Patient,Organization&_count=3', 9],
  ])('%s has the total %s', async (request, total) => {
    expect((await served.send(request)).json.total).toBe(total);
  });

  test('only a total has no entries, and no pages', async () => {
    for (const request of ['Patient?_count=0', 'Patient?_summary=count&_total=none']) {
      const { json } = await served.send(request);
      expect([json.total, json.entry]).toEqual([6, undefined]);
      expect(json.link).toEqual([{ relation: 'self', url: `${served.base}/${request}` }]);
    }
  });

  // https://hl7.org/fhir/R4/search.html#summary
  test.each([
    [
      '_summary=true',
      [
        'resourceType',
        'id',
        'meta',
        'identifier',
        'active',
        'name',
        'telecom',
        'gender',
        'birthDate',
        'deceasedBoolean',
        'address',
        'managingOrganization',
      ],
    ],
    ['_summary=text', ['resourceType', 'id', 'meta', 'text']],
    ['_elements=name,deceased', ['resourceType', 'id', 'meta', 'name', 'deceasedBoolean']],
  ])('%s gives a part, and says so', async (parameter, members) => {
    const { json } = await served.send(`Patient?_id=p1&${parameter}`);
    expect(Object.keys(json.entry[0].resource)).toEqual(members);
    expect(json.entry[0].resource.meta.tag).toContainEqual(SUBSETTED);
  });

  test('_summary=data leaves the narrative out, _summary=false nothing', async () => {
    const whole = (await served.send('Patient?_id=p1&_summary=false')).json.entry[0].resource;
    const { text: _narrative, meta, ...rest } = whole;
    expect((await served.send('Patient?_id=p1&_summary=data')).json.entry[0].resource).toEqual({
      ...rest,
      meta: { ...meta, tag: [...meta.tag, SUBSETTED] },
    });
  });

  test('a summary is of included resources too, elements are those of matches', async () => {
    const search = 'Observation?_id=ob1&_include=Observation:subject';
    const summary = (await served.send(`${search}&_summary=true`)).json.entry;
    expect(summary.map(({ resource }: { resource: object }) => 'contact' in resource)).toEqual([
      false,
      false,
    ]);
    const elements = (await served.send(`${search}&_elements=status`)).json.entry;
    expect(Object.keys(elements[0].resource)).toEqual(['resourceType', 'id', 'meta', 'status', 'code']);
    expect(elements[1].resource).toHaveProperty('contact');
  });

  // https://hl7.org/fhir/R4/search.html#errors
  test('a lenient client is told what was left out', async () => {
    const lenient = { headers: { prefer: 'handling=lenient' } };
    const { status, json } = await served.send('Patient?nme=x&gender=female', lenient);
    expect([status, json.total]).toEqual([200, 2]);
    const outcome = json.entry.at(-1);
    expect([outcome.search, outcome.resource.resourceType]).toEqual([
      { mode: 'outcome' },
      'OperationOutcome',
    ]);
    expect(outcome.resource.issue[0]).toMatchObject({
      severity: 'warning',
      diagnostics: expect.stringMatching(/"nme".*Did you mean name/),
    });
    expect(link(json, 'self')).toBe(`${served.base}/Patient?gender=female`);
    new StructureCheck().require(json);
    for (const refused of ['name:exakt=x', 'birthdate=never', '_count=x']) {
      expect([refused, (await served.send(`Patient?${refused}`, lenient)).status]).toEqual([refused, 400]);
    }
    expect((await served.send('Patient?nme=x', { headers: { prefer: 'handling=strict' } })).status).toBe(400);
  });

  // https://hl7.org/fhir/R4/http.html#search
  test('posted searches find what others find, by form and address together', async () => {
    expect(ids((await served.post('Patient/_search', 'gender=female&_sort=_id')).json)).toEqual(['p2', 'p3']);
    expect(ids((await served.post('Patient/_search?gender=female', 'name=zoe')).json)).toEqual(['p2']);
    expect(ids((await served.post('_search', '_type=Basic&_sort=-_id&_count=2')).json)).toHaveLength(2);
    expect(ids((await served.post('Patient/p1/Observation/_search', 'code=8867-4')).json)).toEqual(['ob1']);
    const everything = await served.send('Patient/p4/$everything', {
      body: { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Patient' }] },
    });
    expect(ids(everything.json)).toEqual(['p4']);
    const unread = await served.send('Patient/_search', { body: { gender: 'female' } });
    expect(unread.status).toBe(415);
  });

  test.each(['name=%FF', 'name=%ED%A0%80', 'name=%zz', '%C3=x', 'name=%', '_pretty=foo'])(
    '%s is refused in an address and in a form',
    async (query) => {
      const { status, json } = await served.send(`Patient?${query}`);
      expect([status, json.issue[0].code]).toEqual([400, 'invalid']);
      expect((await served.send(`Patient/p1?${query}`)).status).toBe(400);
      expect((await served.post('Patient/_search', query)).status).toBe(400);
    },
  );

  test('a form is read in UTF-8 alone', async () => {
    const form = (charset: string, body: string | Uint8Array) =>
      served.send('Patient/_search', {
        method: 'POST',
        headers: { 'content-type': `application/x-www-form-urlencoded${charset}` },
        body,
      });
    expect((await form('; charset=UTF-8', 'name=zo%C3%AB')).json.total).toBe(1);
    expect((await form('; charset=iso-8859-1', 'name=zo%EB')).status).toBe(415);
    expect((await form('', Buffer.from('name=zo\xeb', 'latin1'))).status).toBe(400);
  });

  test('HEAD, _format and _pretty are answered as everywhere, and links carry the format on', async () => {
    const head = await served.send('Patient?_count=2', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    const pretty = await served.send('Patient?_count=2&_pretty=true&_format=json');
    expect(pretty.text).toContain('\n  "resourceType": "Bundle"');
    const next = link(pretty.json, 'next')!;
    expect(new URL(next).searchParams.get('_format')).toBe('json');
    expect((await served.send(next)).status).toBe(200);
    expect((await served.send('Patient?_format=xml')).status).toBe(406);
  });

  test('a count beyond the most is lowered, and the link says so', async () => {
    const { json } = await served.send('Patient?_count=5000&gender=male');
    expect(link(json, 'self')).toBe(`${served.base}/Patient?_count=1000&gender=male`);
  });
});
