import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WarmfhirError } from '../../../src/errors.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-type.ts';
import type { SearchParameterType } from '../../../src/fhir/search/search-parameter.ts';
import { parameters, parse } from './naive-search.ts';

const number = (type: string, code: string) => parameters.find(type, code)!.number;

describe('what cannot be read', () => {
  it.each([
    ['Patient', 'nmae=x', 'parameter-unknown', 'Did you mean name?'],
    ['Patient', 'birthDate=2000', 'parameter-unknown', 'Did you mean birthdate?'],
    ['Patient', '_cuont=5', 'parameter-unknown', 'Did you mean _count?'],
    ['Patient', 'zzzzzz=x', 'parameter-unknown', 'Known are '],
    ['Observation', 'subject.nmae=x', 'parameter-unknown', '"nmae"'],
    ['Observation', 'code.text=x', 'parameter-unknown', 'no reference'],
    ['Bundle', 'composition.type=x', 'search-not-supported', 'inside of it'],
    ['Patient', '_has:Observation:patient:kode=x', 'parameter-unknown', 'Did you mean code?'],
    ['Patient', '_has:Observation:code:code=x', 'parameter-invalid', 'does not refer to a Patient'],
    ['Patient', '_has:Observation=x', 'parameter-invalid', '_has:Type:reference:parameter'],
    ['Patient', '_has:Nothing:patient:code=x', 'parameter-invalid', 'no resource type'],
    ['Patient', 'name:exakt=x', 'parameter-invalid', 'Did you mean :exact?'],
    ['Patient', 'birthdate:exact=2000', 'parameter-invalid', 'modifier :exact'],
    ['Patient', 'name:in=x', 'parameter-invalid', 'modifier :in'],
    ['Observation', 'subject:Practitioner=1', 'parameter-invalid', 'modifier :Practitioner'],
    ['Observation', 'subject:Practitioner.name=x', 'parameter-invalid', 'modifier :Practitioner'],
    ['Observation', 'subject:text=x', 'parameter-invalid', 'modifier :text'],
    ['Patient', 'reviewed:exact=true', 'parameter-invalid', 'modifier :exact'],
    ['Patient', '_sort:desc=name', 'parameter-invalid', 'modifier :desc'],
    ['Patient', '_include:recurse=Patient:organization', 'parameter-invalid', 'modifier :recurse'],
    ['Patient', 'name=a,,b', 'parameter-invalid', 'empty value'],
    ['Patient', 'name=-', 'parameter-invalid', 'letters or digits'],
    ['Patient', 'name=a\\b', 'parameter-invalid', 'backslash'],
    ['Patient', 'name=a\\', 'parameter-invalid', 'backslash'],
    ['Patient', '_id=a\\b', 'parameter-invalid', 'backslash'],
    ['Observation', 'code-value-quantity=a\\b$5', 'parameter-invalid', 'backslash'],
    ['Observation', 'subject:Patient._text=a\\b', 'parameter-invalid', 'backslash'],
    ['Patient', 'name:missing=maybe', 'parameter-invalid', 'true or false'],
    ['Patient', 'active=|true', 'parameter-invalid', 'no system'],
    ['Patient', 'active=maybe', 'parameter-invalid', 'true or false'],
    ['Patient', 'active=1', 'parameter-invalid', 'true or false'],
    ['Patient', 'active:not=yes', 'parameter-invalid', 'true or false'],
    ['Patient', 'deceased=no', 'parameter-invalid', 'true or false'],
    ['Observation', 'subject:Patient.active=maybe', 'parameter-invalid', 'true or false'],
    ['Patient', '_has:Group:member:actual=maybe', 'parameter-invalid', 'true or false'],
    ['Patient', 'active:text=true', 'parameter-invalid', 'Known are :missing, :not.'],
    ['Patient', 'active:in=http://hl7.org/fhir/ValueSet/x', 'parameter-invalid', 'Known are :missing, :not.'],
    ['Patient', 'active:above=true', 'parameter-invalid', 'Known are :missing, :not.'],
    ['Patient', 'phone:in=http://hl7.org/fhir/ValueSet/x', 'parameter-invalid', 'Known are :missing, :not.'],
    ['Patient', 'phone:below=555', 'parameter-invalid', 'Known are :missing, :not.'],
    ['Patient', 'gender:of-type=a|b|c', 'parameter-invalid', 'modifier :of-type'],
    ['Patient', 'gender:text=male', 'parameter-invalid', ':missing, :not, :in, :not-in, :above, :below'],
    ['Observation', 'code:of-type=a|b|c', 'parameter-invalid', 'modifier :of-type'],
    ['Patient', 'identifier:in=http://hl7.org/fhir/ValueSet/x', 'parameter-invalid', 'modifier :in'],
    ['ImagingStudy', 'series:text=1', 'parameter-invalid', 'modifier :text'],
    ['Observation', 'subject.name:exakt=x', 'parameter-invalid', 'Did you mean :exact?'],
    ['Patient', 'phone=phone|555', 'parameter-invalid', 'no system'],
    ['Patient', 'identifier=|', 'parameter-invalid', 'a token'],
    ['Patient', 'identifier=a|b|c', 'parameter-invalid', 'a token'],
    ['Patient', 'identifier:of-type=a|b', 'parameter-invalid', 'system|code|value'],
    ['Patient', 'birthdate=2000-13', 'parameter-invalid', 'a date'],
    ['Patient', 'birthdate=xx2000', 'parameter-invalid', 'a date'],
    ['Patient', 'birthdate=2000-01-01T10', 'parameter-invalid', 'a date'],
    ['RiskAssessment', 'probability=much', 'parameter-invalid', 'a number'],
    ['Observation', 'value-quantity=5|a|b|c', 'parameter-invalid', 'a quantity'],
    ['Observation', 'code-value-quantity=a', 'parameter-invalid', 'token$quantity'],
    ['Observation', 'code-value-quantity=a$b', 'parameter-invalid', 'a quantity'],
    ['ValueSet', 'url:below=urn:oid:1.2', 'parameter-invalid', 'URNs'],
    ['Location', 'near=north', 'parameter-invalid', 'a position'],
    ['Location', 'near=91|0', 'parameter-invalid', 'a position'],
    ['Condition', 'code:in=http://nowhere', 'search-not-supported', 'not known'],
    ['Condition', 'code:below=a', 'search-not-supported', 'name it'],
    ['Condition', 'code:below=http://loinc.org|a', 'search-not-supported', ''],
    ['Procedure', 'location:below=42', 'search-not-supported', 'hierarchies'],
    ['PlanDefinition', 'depends-on.name=x', 'search-not-supported', 'canonical'],
    ['QuestionnaireResponse', 'questionnaire.name=x', 'search-not-supported', 'canonical'],
    [
      ...['Questionnaire', '_has:QuestionnaireResponse:questionnaire:status=completed'],
      ...['search-not-supported', 'canonical'],
    ],
    [
      ...['QuestionnaireResponse', '_include=QuestionnaireResponse:questionnaire'],
      ...['search-not-supported', 'canonical'],
    ],
    [
      ...['Questionnaire', '_revinclude:iterate=QuestionnaireResponse:questionnaire'],
      ...['search-not-supported', 'canonical'],
    ],
    ['Composition', '_has:Bundle:composition:type=document', 'search-not-supported', 'inside of it'],
    ['Bundle', '_include=Bundle:composition', 'search-not-supported', 'inside of it'],
    ['Patient', '_query=x', 'search-not-supported', '_query'],
    ['Patient', '_filter=name eq x', 'search-not-supported', '_filter'],
    ['Patient', '_contained=true', 'search-not-supported', '_contained'],
    ['Patient', '_containedType=container', 'search-not-supported', '_containedType'],
    ['Patient', '_list=$current-allergies', 'search-not-supported', '$current-allergies'],
    ['Patient', '_sort=nmae', 'parameter-unknown', 'Did you mean name?'],
    ['Patient', '_score=1', 'search-not-supported', 'score'],
    ['Patient', '_sort=_score', 'search-not-supported', 'score'],
    ['Observation', '_sort=code-value-quantity', 'search-not-supported', 'no order'],
    ['Patient', '_sort=name&_sort=birthdate', 'parameter-invalid', 'given twice'],
    ['Patient', '_sort=name,', 'parameter-invalid', 'empty name'],
    ['Patient', '_count=-1', 'parameter-invalid', '_count'],
    ['Patient', '_count=many', 'parameter-invalid', '_count'],
    ['Patient', '_total=exact', 'parameter-invalid', 'accurate'],
    ['Patient', '_summary=yes', 'parameter-invalid', 'count'],
    ['Patient', '_elements=nmae', 'parameter-invalid', 'Did you mean name?'],
    ['Patient', '_include=Patient', 'parameter-invalid', 'Type:parameter'],
    ['Patient', '_include=Patient:nothing', 'parameter-unknown', '"nothing"'],
    ['Patient', '_include=Patient:name', 'parameter-invalid', 'no reference'],
    ['Patient', '_include=Patient:organization:Patient', 'parameter-invalid', 'does not refer'],
    ['Patient', '_revinclude=Nothing:subject', 'parameter-invalid', 'no resource type'],
    ['Patient', '_type=Patient', 'parameter-invalid', '_type'],
  ])('%s?%s is %s', async (type, query, code, message) => {
    await expect(parse(type, query)).rejects.toMatchObject({
      code,
      detail: expect.stringContaining(message),
    });
  });

  it('is left out when it is an unknown parameter and the client is lenient, and said to be', async () => {
    const parsed = await parse('Patient', 'zzz=1&name=a&_sort=zzz&name.x=1', { lenient: true });
    expect(parsed.ignored.map(({ name }) => name)).toEqual(['zzz', 'name.x', '_sort']);
    expect(parsed.ignored[0]!.detail).toContain('no search parameter "zzz"');
    expect(parsed.types[0]!.criterion).toMatchObject({ kind: 'index', parameter: number('Patient', 'name') });
    for (const query of ['name:zzz=a', 'birthdate=soon', '_filter=x', 'name=a,']) {
      await expect(parse('Patient', query, { lenient: true })).rejects.toBeInstanceOf(WarmfhirError);
    }
  });
});

describe('what controls the answer', () => {
  it('is read once and kept apart', async () => {
    const query =
      '_count=0&_total=accurate&_summary=data&_elements=name,deceased,multipleBirthInteger&_contained=false';
    expect(await parse('Patient', query)).toEqual({
      types: [{ type: 'Patient', criterion: { kind: 'all', of: [] } }],
      sort: [],
      includes: [],
      count: 0,
      total: 'accurate',
      summary: 'data',
      elements: ['name', 'deceased', 'multipleBirthInteger'],
      ignored: [],
    });
  });

  it('sorts by any number of parameters', async () => {
    const { sort } = await parse('Patient', '_sort=-birthdate,name,-_lastUpdated,_id,reviewed,review-time');
    expect(sort).toEqual([
      {
        descending: true,
        by: { kind: 'index', parameters: [number('Patient', 'birthdate')], shape: 'date' },
      },
      { descending: false, by: { kind: 'index', parameters: [number('Patient', 'name')], shape: 'string' } },
      { descending: true, by: { kind: 'last-updated' } },
      { descending: false, by: { kind: 'id' } },
      { descending: false, by: { kind: 'reviewed' } },
      { descending: false, by: { kind: 'review-time' } },
    ]);
  });

  it('includes along one reference, along all of a type, and backwards', async () => {
    const includes = async (query: string) => (await parse('Patient', query)).includes;
    expect(
      await includes(
        '_include:iterate=Patient:organization&_include=Patient:general-practitioner:Organization',
      ),
    ).toEqual([
      {
        direction: 'include',
        source: 'Patient',
        parameters: [number('Patient', 'organization')],
        iterate: true,
      },
      {
        direction: 'include',
        source: 'Patient',
        parameters: [number('Patient', 'general-practitioner')],
        iterate: false,
        target: 'Organization',
      },
    ]);
    const [all] = await includes('_include=*');
    expect(all).toMatchObject({ source: 'Patient', iterate: false });
    expect(all!.parameters).toEqual(
      ['general-practitioner', 'link', 'organization'].map((code) => number('Patient', code)),
    );
    expect(await includes('_revinclude=Provenance:target')).toEqual([
      {
        direction: 'revinclude',
        source: 'Provenance',
        parameters: [number('Provenance', 'target')],
        iterate: false,
      },
    ]);
    // Not the questionnaire, whose canonical address is not followed.
    const answers = (await parse('QuestionnaireResponse', '_include=*')).includes;
    expect(answers[0]!.parameters).toEqual(
      ['author', 'based-on', 'encounter', 'part-of', 'patient', 'source', 'subject'].map((code) =>
        number('QuestionnaireResponse', code),
      ),
    );
    const backwards = await includes('_revinclude=*');
    expect(backwards.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['Observation', 'Encounter']),
    );
    expect(backwards.flatMap(({ parameters: numbers }) => numbers)).not.toContain(
      number('Observation', 'encounter'),
    );
  });
});

describe('several types', () => {
  const several = (query: string, lenient = false) =>
    parse('', query, { types: ['Patient', 'Practitioner', 'Observation'], typed: false, lenient });

  it('are searched by what all of them have', async () => {
    const { types, sort } = await several('_type=Patient,Practitioner&name=eve&_sort=name,_id');
    expect(
      types.map(({ type, criterion }) => [type, criterion.kind === 'index' && criterion.parameter]),
    ).toEqual([
      ['Patient', number('Patient', 'name')],
      ['Practitioner', number('Practitioner', 'name')],
    ]);
    expect(sort[0]!.by).toEqual({
      kind: 'index',
      parameters: [number('Patient', 'name'), number('Practitioner', 'name')],
      shape: 'string',
    });
    await expect(several('name=eve')).rejects.toMatchObject({
      code: 'parameter-unknown',
      detail: /Observation/,
    });
  });

  it('lose a parameter that one of them does not have when the client is lenient', async () => {
    const { types, ignored } = await several('name=eve&_id=1', true);
    expect(types.map(({ criterion }) => criterion)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'id', ids: ['1'] })),
    );
    expect(ignored).toHaveLength(1);
  });

  it.each(['_type=Nothing', '_type=Encounter', '_type=Patient,'])('%s is refused', async (query) => {
    await expect(several(query)).rejects.toMatchObject({ code: 'parameter-invalid' });
  });
});

it('finds reviewed documents by their properties and by the tag', async () => {
  const criterion = async (query: string) => (await parse('Patient', query)).types[0]!.criterion;
  const reviewed = { kind: 'reviewed', reviewed: true };
  expect(await criterion('reviewed=true')).toEqual({ kind: 'any', of: [reviewed] });
  expect(await criterion('reviewed:missing=true')).toEqual({ kind: 'any', of: [] });
  expect(await criterion('review-time:missing=false')).toEqual(reviewed);
  expect(await criterion('review-time=ge2020')).toMatchObject({
    kind: 'review-time',
    test: { comparison: 'ge' },
  });
  for (const query of [
    '_tag=urn:warmfhir:review|reviewed',
    '_tag=reviewed',
    '_tag=urn:warmfhir:review|',
    '_tag:missing=false',
  ]) {
    expect(await criterion(query)).toMatchObject({ kind: 'any', of: [expect.anything(), reviewed] });
  }
  expect(await criterion('_tag:not=reviewed')).toMatchObject({ kind: 'not', of: { kind: 'any' } });
  expect(await criterion('_tag=other')).toMatchObject({ kind: 'index' });
});

it.each(['x', 'name:x', 'subject.x', '_has:x', '_sort:x', '_include:x', '_has:Group:member:x'])(
  'says little of a name of a million letters: %s',
  async (beginning) => {
    const query = `${beginning}${'x'.repeat(1_000_000)}=1`;
    const error: WarmfhirError = await parse('Observation', query).catch((thrown) => thrown);
    expect(error.detail.length).toBeLessThan(2_000);
  },
);

it('goes by a chain to the types on which its modifier says something', async () => {
  const { types } = await parse('Observation', 'subject.type:text=x');
  // The type of a Group is a code without a text.
  expect(types[0]!.criterion).toMatchObject({ kind: 'any', of: [{ type: 'Device' }, { type: 'Location' }] });
  await expect(parse('Observation', 'subject:Group.type:text=x')).rejects.toMatchObject({
    code: 'parameter-invalid',
  });
});

it('refuses a chain that leads to too many types', async () => {
  const chain = Array.from({ length: 12 }, () => 'subject').join('.');
  await expect(parse('Provenance', `target.${chain}._id=1`)).rejects.toMatchObject({
    code: 'parameter-invalid',
    detail: expect.stringContaining('too many types'),
  });
});

it('reads every parameter of every type, and sorts by all that have an order', async () => {
  const VALUES: Readonly<Record<SearchParameterType, string>> = {
    string: 'a',
    token: 'true',
    reference: 'a',
    date: 'ge2020',
    number: 'gt1',
    quantity: '5.4|http://unitsofmeasure.org|mg',
    uri: 'http://a.org',
    composite: '',
    special: '1|1|1|km',
  };
  let read = 0;
  for (const type of RESOURCE_TYPES) {
    for (const { code, type: kind, components, url } of parameters.ofType(type).values()) {
      if (code === '_query') continue;
      const plain = components.map((component) => VALUES[component.type]).join('$') || VALUES[kind];
      const parsed = await parse(type, `${code}=${plain}`).catch((error: WarmfhirError) => {
        throw new Error(`${url}: ${error.detail}`, { cause: error });
      });
      expect(parsed.types).toHaveLength(1);
      await parse(type, `${code}:missing=true`);
      read += 1;
    }
  }
  expect(read).toBeGreaterThan(2_800);
});

it('answers any text with a search or with an error of its own', async () => {
  const part = fc.constantFrom(
    ...[
      'name',
      'code',
      'subject',
      '_has',
      ':',
      '.',
      'Patient',
      'Observation',
      'not',
      'missing',
      '_sort',
      '_id',
    ],
    ...[
      '_include',
      '*',
      '_tag',
      'in',
      'below',
      'near',
      'value-quantity',
      'date',
      '-',
      '_list',
      'review-time',
    ],
  );
  const key = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
    fc.string(),
  );
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('a|b', 'a$b', '\\', 'ge2020', '1e400', '%', '5||mg', 'true'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Patient', 'Observation', 'Location', 'Bundle', 'Provenance'),
      fc.array(fc.tuple(key, value), { maxLength: 4 }),
      fc.boolean(),
      async (type, sent, lenient) => {
        const query = new URLSearchParams(sent).toString();
        try {
          await parse(type, query, { lenient });
        } catch (error) {
          expect(error).toBeInstanceOf(WarmfhirError);
          expect((error as WarmfhirError).status).toBe(400);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
