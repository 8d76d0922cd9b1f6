import { describe, expect, it } from 'vitest';
import { parseResource } from '../../../src/fhir/parse-resource.ts';
import { stamp } from '../../../src/fhir/resource-content.ts';
import { withReview } from '../../../src/fhir/review-state.ts';
import { ElementTable } from '../../../src/fhir/subset/element-table.ts';
import { type Subset, subsetOf } from '../../../src/fhir/subset/subset.ts';

const table = new ElementTable();
const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

const stored = (resource: object) => stamp(parseResource(JSON.stringify(resource)).content, 3, 0);
const text = (resource: { resourceType: string }, subset: Subset) =>
  subsetOf(stored({ id: 'x', ...resource }), resource.resourceType, subset, table);
const part = (resource: { resourceType: string }, subset: Subset) => JSON.parse(text(resource, subset));
const elements = (...names: string[]): Subset => ({ kind: 'elements', names: new Set(names) });

const patient = {
  resourceType: 'Patient',
  meta: { profile: ['http://example.org/p'] },
  implicitRules: 'http://example.org/rules',
  language: 'en',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Peter</div>' },
  contained: [{ resourceType: 'Organization', id: 'o', name: 'O' }],
  extension: [{ url: 'http://example.org/race', valueString: 'x' }],
  modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }],
  name: [{ family: 'Chalmers', extension: [{ url: 'http://example.org/y', valueString: 'y' }] }],
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueTime: '14:35:45' }] },
  deceasedBoolean: false,
  maritalStatus: { text: 'Married' },
  multipleBirthInteger: 2,
  photo: [{ contentType: 'image/png', data: 'AAAA' }],
  contact: [{ name: { family: 'Marche' } }],
  communication: [{ language: { text: 'Dutch' } }],
  link: [{ other: { reference: 'Patient/2' }, type: 'seealso', extension: [{ url: 'u', valueCode: 'c' }] }],
};

describe('_summary=true', () => {
  it('has the elements that R4 marks, in their order, and nothing else', () => {
    expect(Object.keys(part(patient, { kind: 'summary' }))).toEqual([
      ...['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension', 'name', 'birthDate'],
      ...['_birthDate', 'deceasedBoolean', 'link'],
    ]);
  });

  it('divides what stands within an element, and data types', () => {
    expect(part(patient, { kind: 'summary' })).toMatchObject({
      name: [{ family: 'Chalmers' }],
      link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
    });
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      component: [{ code: { text: 'c' }, interpretation: [{ text: 'high' }], valueQuantity: { value: 1 } }],
    };
    expect(part(observation, { kind: 'summary' }).component).toEqual([
      { code: { text: 'c' }, valueQuantity: { value: 1 } },
    ]);
    const document = {
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain', data: 'AAAA', url: 'http://example.org/1' } }],
    };
    expect(part(document, { kind: 'summary' }).content).toEqual([
      { attachment: { contentType: 'text/plain', url: 'http://example.org/1' } },
    ]);
  });

  it('leaves no object empty, and no mandatory element out', () => {
    const document = {
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: { data: 'AAAA' } }],
    };
    expect(part(document, { kind: 'summary' }).content).toEqual([{ attachment: { data: 'AAAA' } }]);
    const questionnaire = {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [{ linkId: '1', type: 'group' }],
    };
    expect(part(questionnaire, { kind: 'summary' })).not.toHaveProperty('item');
  });

  it('keeps numbers and strings as they were written', () => {
    const json = stored({ resourceType: 'Observation', id: 'o', valueQuantity: { value: 0 } }).replace(
      '"value":0',
      String.raw`"value":1.00,"unit":"m\u0067"`,
    );
    expect(subsetOf(json, 'Observation', { kind: 'summary' }, table)).toContain(
      String.raw`{"value":1.00,"unit":"m\u0067"}`,
    );
  });

  it('takes documents that were never checked', () => {
    const odd = { resourceType: 'Patient', name: 'Peter', link: [3, null], gender: {}, nonsense: 1 };
    expect(part(odd, { kind: 'summary' })).toMatchObject({ name: 'Peter', link: [3, null] });
  });
});

describe('the other parts', () => {
  it('_summary=text: the narrative and what is mandatory', () => {
    expect(Object.keys(part(patient, { kind: 'text' }))).toEqual([
      ...['resourceType', 'id', 'meta', 'implicitRules', 'text', 'modifierExtension'],
    ]);
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, issued: '2020' };
    expect(part(observation, { kind: 'text' })).toMatchObject({ status: 'final', code: { text: 'x' } });
    expect(part(observation, { kind: 'text' })).not.toHaveProperty('issued');
    for (const resourceType of ['EvidenceVariable', 'ResearchElementDefinition']) {
      const characteristic = [{ definitionCodeableConcept: { text: 'Diabetic patients over 65' } }];
      const definition = { resourceType, status: 'draft', characteristic, copyright: 'x' };
      for (const subset of [{ kind: 'text' } as const, elements('title')])
        expect(part(definition, subset)).toMatchObject({ status: 'draft', characteristic });
    }
  });

  it('_summary=data: all but the narrative', () => {
    const { text: _narrative, meta: _meta, ...rest } = patient;
    const { meta, ...data } = part(patient, { kind: 'data' });
    expect(data).toEqual({ id: 'x', ...rest });
    expect(meta.tag).toEqual([SUBSETTED]);
  });

  it('_elements: those named, with the extensions of primitives, and what is mandatory', () => {
    expect(Object.keys(part(patient, elements('birthDate', 'contact')))).toEqual([
      ...[
        'resourceType',
        'id',
        'meta',
        'implicitRules',
        'modifierExtension',
        'birthDate',
        '_birthDate',
        'contact',
      ],
    ]);
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, issued: '2020' };
    expect(Object.keys(part(observation, elements('issued')))).toEqual([
      ...['resourceType', 'id', 'meta', 'status', 'code', 'issued'],
    ]);
  });
});

describe('the tag SUBSETTED', () => {
  const tags = (meta: object) => part({ ...patient, meta } as never, { kind: 'data' }).meta.tag;

  it('stands beside the tags that are there, once', () => {
    const other = { system: 'http://example.org', code: 'SUBSETTED' };
    expect(tags({})).toEqual([SUBSETTED]);
    expect(tags({ tag: [other] })).toEqual([other, SUBSETTED]);
    expect(tags({ tag: [SUBSETTED] })).toEqual([SUBSETTED]);
  });

  it('leaves version, time and review state as they are', () => {
    const json = withReview(stored({ id: 'x', ...patient }), 86_400_000);
    const { meta } = JSON.parse(subsetOf(json, 'Patient', { kind: 'summary' }, table));
    expect(meta).toMatchObject({
      versionId: '3',
      extension: [{ url: 'urn:warmfhir:review' }],
      tag: [{ code: 'reviewed' }, SUBSETTED],
    });
  });
});
