import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-type.ts';
import { EARLIEST, LATEST } from '../../../src/fhir/search/date-range.ts';
import { Extraction } from '../../../src/fhir/search/extraction.ts';
import { type IndexedValues, UCUM_BASE } from '../../../src/fhir/search/indexed-values.ts';
import { LEAST, MOST, nextNumber } from '../../../src/fhir/search/number-range.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';

const parameters = new SearchParameters();
const extraction = new Extraction(parameters);
const UCUM = 'http://unitsofmeasure.org';

/** The rows of one parameter in one table, without its number. */
function rows(
  table: keyof IndexedValues,
  code: string,
  resource: { readonly resourceType: string },
): unknown[] {
  const { number } = parameters.find(resource.resourceType, code)!;
  const all: readonly (readonly [number, ...unknown[]])[] = extraction.indexedValues({ ...resource })[table];
  return all.filter(([parameter]) => parameter === number).map(([, ...row]) => row);
}

const patient = (members: object) => ({ resourceType: 'Patient', ...members });
const observation = (members: object) => ({ resourceType: 'Observation', ...members });
const at = (text: string) => Date.parse(text);

describe('tokens', () => {
  it.each([
    ['gender', patient({ gender: 'male' }), [['http://hl7.org/fhir/administrative-gender', 'male']]],
    ['active', patient({ active: false }), [['', 'false']]],
    [
      'phone',
      patient({
        telecom: [
          { system: 'phone', value: '+1 555' },
          { system: 'email', value: 'a@b' },
        ],
      }),
      [['', '+1 555']],
    ],
    ['email', patient({ telecom: [{ system: 'email', value: 'A@b.org' }] }), [['', 'a@b.org']]],
    [
      'identifier',
      patient({ identifier: [{ system: 'urn:s', value: 'Ab' }, { value: 'c' }] }),
      [
        ['urn:s', 'Ab'],
        ['', 'c'],
      ],
    ],
    ['identifier', patient({ identifier: [{ system: 'urn:s' }, {}] }), [['urn:s', '']]],
    ['deceased', patient({}), [['', 'false']]],
    ['deceased', patient({ deceasedBoolean: false }), [['', 'false']]],
    ['deceased', patient({ deceasedDateTime: '2020' }), [['', 'true']]],
    [
      'code',
      observation({ code: { coding: [{ system: 'http://acme', code: 'HA1' }, { code: 'X' }] } }),
      [
        ['http://acme', 'ha1'],
        ['', 'x'],
      ],
    ],
    ['code', observation({ code: { coding: [{ system: UCUM, code: 'mL' }] } }), [[UCUM, 'mL']]],
    ['code', observation({ code: { text: 'Body weight' } }), [['', '']]],
    ['code', observation({ code: {} }), []],
    ['_security', patient({ meta: { security: [{ system: 's', code: 'c' }] } }), [['s', 'c']]],
    [
      '_tag',
      patient({
        meta: {
          tag: [
            { system: 'urn:warmfhir:review', code: 'reviewed' },
            { system: 's', code: 'c' },
          ],
        },
      }),
      [['s', 'c']],
    ],
  ])('%s of %j: %j', (code, resource, expected) => {
    expect(rows('token', code, resource)).toEqual(expected);
  });

  it('are found by their texts and by the types of identifiers', () => {
    const coded = observation({
      code: { coding: [{ code: 'a', display: 'Körper-Gewicht' }], text: 'Body   weight' },
    });
    expect(rows('tokenText', 'code', coded)).toEqual([['korpergewicht'], ['body weight']]);
    const typed = patient({
      identifier: [{ type: { coding: [{ system: 'urn:t', code: 'MR' }], text: 'Record' }, value: '1|2' }],
    });
    expect(rows('identifier', 'identifier', typed)).toEqual([['urn:t', 'MR|1|2']]);
    expect(rows('tokenText', 'identifier', typed)).toEqual([['record']]);
  });

  it('of media types are found by the type without its parameters', () => {
    const document = (contentType: string) => ({
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType } }],
    });
    expect(rows('token', 'contenttype', document('text/xml'))).toEqual([['urn:ietf:bcp:13', 'text/xml']]);
    expect(rows('token', 'contenttype', document('text/xml; charset=UTF-8'))).toEqual([
      ['urn:ietf:bcp:13', 'text/xml; charset=utf-8'],
      ['urn:ietf:bcp:13', 'text/xml;'],
    ]);
  });
});

describe('strings', () => {
  it.each([
    [
      'name',
      patient({ name: [{ family: 'Müller', given: ['Ana', 'Eva'], prefix: ['Dr.'] }] }),
      [
        ['muller', 'Müller'],
        ['ana', 'Ana'],
        ['eva', 'Eva'],
        ['dr', 'Dr.'],
      ],
    ],
    [
      'family',
      patient({ name: [{ family: 'Carreno Quinones' }] }),
      [
        ['carreno quinones', 'Carreno Quinones'],
        ['quinones', 'Carreno Quinones'],
      ],
    ],
    [
      'address',
      patient({ address: [{ line: ['1 Main St.'], city: 'Ålesund', country: 'NO', use: 'home' }] }),
      [
        ['1 main st', '1 Main St.'],
        ['alesund', 'Ålesund'],
        ['no', 'NO'],
      ],
    ],
    ['value-string', observation({ valueString: 'ab' }), [['ab', 'ab']]],
    ['value-string', observation({ valueCodeableConcept: { text: 'cd' } }), [['cd', 'cd']]],
    [
      'name',
      { resourceType: 'InsurancePlan', name: 'a', alias: ['b'] },
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
    ],
    ['name', patient({ name: [{ family: '' }, null, 3, { given: 'Ana' }] }), [['ana', 'Ana']]],
  ])('%s of %j: %j', (code, resource, expected) => {
    expect(rows('string', code, resource)).toEqual(expected);
  });
});

describe('dates', () => {
  it.each([
    ['birthdate', patient({ birthDate: '2000' }), [[at('2000-01-01'), at('2001-01-01')]]],
    ['birthdate', patient({ birthDate: '2000-12' }), [[at('2000-12-01'), at('2001-01-01')]]],
    ['birthdate', patient({ birthDate: '2000-02-29' }), [[at('2000-02-29'), at('2000-03-01')]]],
    ['birthdate', patient({ birthDate: '2001-02-29' }), []],
    [
      'date',
      observation({ effectiveDateTime: '2015-02-07T13:28:17+02:00' }),
      [[at('2015-02-07T11:28:17Z'), at('2015-02-07T11:28:18Z')]],
    ],
    [
      'date',
      observation({ effectiveInstant: '2015-02-07T13:28:17Z' }),
      [[at('2015-02-07T13:28:17Z'), at('2015-02-07T13:28:17.001Z')]],
    ],
    [
      'date',
      observation({ effectivePeriod: { start: '2015', end: '2016-05' } }),
      [[at('2015-01-01'), at('2016-06-01')]],
    ],
    ['date', observation({ effectivePeriod: { start: '2015' } }), [[at('2015-01-01'), LATEST]]],
    ['date', observation({ effectivePeriod: { end: '2015' } }), [[EARLIEST, at('2016-01-01')]]],
    ['date', observation({ effectivePeriod: {} }), []],
    ['date', observation({ effectivePeriod: { start: 'soon', end: '2015' } }), []],
    [
      'date',
      observation({ effectiveTiming: { event: ['2015-03', '2015-01'] } }),
      [[at('2015-01-01'), at('2015-04-01')]],
    ],
    [
      'date',
      observation({ effectiveTiming: { repeat: { boundsPeriod: { start: '2015' } } } }),
      [[at('2015-01-01'), LATEST]],
    ],
    ['date', observation({ effectiveTiming: { repeat: { frequency: 1 } } }), []],
  ])('%s of %j: %j', (code, resource, expected) => {
    expect(rows('date', code, resource)).toEqual(expected);
  });
});

describe('numbers and quantities', () => {
  const point = (value: number) => [value, nextNumber(value)];

  it.each([
    [{ probabilityDecimal: 0.8 }, [point(0.8)]],
    [{ probabilityRange: { low: { value: 0.1 }, high: { value: 0.2 } } }, [[0.1, nextNumber(0.2)]]],
    [{ probabilityRange: { low: { value: 0.1 } } }, [[0.1, MOST]]],
    [{ probabilityDecimal: '0.8' }, []],
  ])('a probability of %j: %j', (prediction, expected) => {
    const resource = { resourceType: 'RiskAssessment', prediction: [prediction] };
    expect(rows('number', 'probability', resource)).toEqual(expected);
  });

  it.each([
    [
      { value: 5, system: UCUM, code: 'mg', unit: 'mg' },
      [
        [UCUM, 'mg', ...point(5)],
        [UCUM_BASE, 'g', ...point(0.005)],
      ],
    ],
    [
      { value: 5, system: UCUM, code: 'mm[Hg]', unit: 'mmHg' },
      [
        [UCUM, 'mm[Hg]', ...point(5)],
        ['', 'mmHg', ...point(5)],
        [UCUM_BASE, 'g.m-1.s-2', ...point(666_610)],
      ],
    ],
    [
      { value: 37, system: UCUM, code: 'Cel' },
      [
        [UCUM, 'Cel', ...point(37)],
        [UCUM_BASE, 'K', ...point(310.15)],
      ],
    ],
    [{ value: 7, system: UCUM, code: '[pH]' }, [[UCUM, '[pH]', ...point(7)]]],
    [{ value: 7, system: UCUM, code: 'no such' }, [[UCUM, 'no such', ...point(7)]]],
    [{ value: 5, unit: 'puffs' }, [['', 'puffs', ...point(5)]]],
    [{ value: 5 }, [['', '', ...point(5)]]],
    [{ value: 5, comparator: '<' }, [['', '', LEAST, 5]]],
    [{ value: 5, comparator: '>=' }, [['', '', 5, MOST]]],
    [{ unit: 'mg' }, []],
  ])('a quantity of %j: %j', (valueQuantity, expected) => {
    expect(rows('quantity', 'value-quantity', observation({ valueQuantity }))).toEqual(expected);
  });

  it('samples are found by their bounds, money by its currency, ages by their range', () => {
    const valueSampledData = { origin: { value: 10 }, factor: 2, lowerLimit: -3, data: '1 E 4 L' };
    expect(rows('quantity', 'value-quantity', observation({ valueSampledData }))).toEqual([
      ['', '', 4, nextNumber(18)],
    ]);
    const invoice = { resourceType: 'Invoice', totalNet: { value: 48, currency: 'EUR' } };
    expect(rows('quantity', 'totalnet', invoice)).toEqual([['urn:iso:std:iso:4217', 'EUR', ...point(48)]]);
    const condition = { resourceType: 'Condition', onsetRange: { low: { value: 30, unit: 'a' } } };
    expect(rows('quantity', 'onset-age', condition)).toEqual([['', 'a', 30, MOST]]);
  });

  it('quantities that UCUM holds equal have equal rows', () => {
    const base = (value: number, code: string) =>
      rows('quantity', 'value-quantity', observation({ valueQuantity: { value, system: UCUM, code } })).at(
        -1,
      );
    expect(base(5.4, 'mg')).toEqual(base(0.0054, 'g'));
    expect(base(23, 'mm/h')).toEqual(base(0.023, 'm/h'));
    expect(base(98.6, '[degF]')).toEqual(base(37, 'Cel'));
    expect(base(1, 'mg')).not.toEqual(base(1, 'mL'));
  });
});

describe('references', () => {
  it.each([
    [{ reference: 'Patient/1' }, [['Patient', '1', '', '']]],
    [{ reference: 'Patient/1/_history/2' }, [['Patient', '1', '', '2']]],
    [{ reference: 'http://a.org/fhir/Patient/1' }, [['Patient', '1', 'http://a.org/fhir', '']]],
    [
      { reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' },
      [['', '', 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', '']],
    ],
    [{ reference: 'Nothing/1' }, [['', '', 'Nothing/1', '']]],
    [{ reference: '#p' }, [['', '', '', '']]],
    [{ display: 'somebody' }, [['', '', '', '']]],
    [{}, []],
    ['Patient/1', []],
  ])('%j: %j', (subject, expected) => {
    expect(rows('reference', 'subject', observation({ subject }))).toEqual(expected);
  });

  it('are found by their identifiers', () => {
    const resource = observation({ subject: { identifier: { system: 'urn:mrn', value: '7' } } });
    expect(rows('identifier', 'subject', resource)).toEqual([['urn:mrn', '7']]);
  });

  it('count for a parameter that asks for a type only when they lead to it', () => {
    const of = (subject: object, more: object = {}) =>
      rows('reference', 'patient', observation({ subject, ...more }));
    expect(of({ reference: 'Patient/1' })).toHaveLength(1);
    expect(of({ reference: 'Group/1' })).toEqual([]);
    expect(of({ type: 'Patient', identifier: { value: '1' } })).toHaveLength(1);
    expect(of({ reference: '#a' }, { contained: [{ resourceType: 'Patient', id: 'a' }] })).toHaveLength(1);
    expect(of({ reference: '#a' }, { contained: [{ resourceType: 'Group', id: 'a' }] })).toEqual([]);
  });

  it('may be canonical, or resources that stand in a Bundle', () => {
    const plan = {
      resourceType: 'CarePlan',
      instantiatesCanonical: ['http://a.org/Plan|2', 'http://a.org/Plan'],
    };
    expect(rows('reference', 'instantiates-canonical', plan)).toEqual([
      ['', '', 'http://a.org/Plan', '2'],
      ['', '', 'http://a.org/Plan', ''],
    ]);
    const entry = [
      { resource: { resourceType: 'Composition', id: 'c' } },
      { resource: { resourceType: 'Patient' } },
    ];
    expect(rows('reference', 'composition', { resourceType: 'Bundle', entry } as never)).toEqual([
      ['Composition', 'c', '', ''],
    ]);
  });
});

describe('other kinds', () => {
  it('addresses are kept as they are, canonical ones without their version too', () => {
    expect(rows('uri', 'url', { resourceType: 'ValueSet', url: 'http://A.org/x' } as never)).toEqual([
      ['http://A.org/x'],
    ]);
    expect(rows('uri', '_profile', patient({ meta: { profile: ['http://a.org/p|1'] } }))).toEqual([
      ['http://a.org/p|1'],
      ['http://a.org/p'],
    ]);
  });

  it('composites pair values of the same repetition, each with each', () => {
    const component = [
      { code: { coding: [{ code: 'a' }, { code: 'b' }] }, valueQuantity: { value: 1 } },
      { code: { coding: [{ code: 'c' }] }, valueQuantity: { value: 2 } },
      { code: { coding: [{ code: 'd' }] } },
    ];
    const quantity = (value: number) => ({ quantity: ['', '', value, nextNumber(value)] });
    expect(rows('composite', 'component-code-value-quantity', observation({ component }))).toEqual([
      [{ token: ['', 'a'] }, quantity(1)],
      [{ token: ['', 'b'] }, quantity(1)],
      [{ token: ['', 'c'] }, quantity(2)],
    ]);
  });

  it('composites of very long lists are indexed in part', () => {
    const coding = Array.from({ length: 2_000 }, (_, code) => ({ code: String(code) }));
    const resource = observation({ code: { coding }, valueCodeableConcept: { coding } });
    const found = rows('composite', 'code-value-concept', resource);
    expect(found.length).toBeGreaterThan(500);
    expect(found.length).toBeLessThan(2_100);
  });

  it('composites may take a part from the resource, or have one of another type', () => {
    const sequence = {
      resourceType: 'MolecularSequence',
      referenceSeq: { chromosome: { coding: [{ code: '1' }] } },
      variant: [{ start: 10, end: 20 }],
    };
    const [row] = rows('composite', 'chromosome-variant-coordinate', sequence) as object[][];
    expect(row?.map((part) => Object.keys(part)[0])).toEqual(['token', 'number', 'number']);
    const document = {
      resourceType: 'DocumentReference',
      relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }],
    };
    expect(rows('composite', 'relationship', document)).toEqual([
      [
        { reference: ['DocumentReference', '1', '', ''] },
        { token: ['http://hl7.org/fhir/document-relationship-type', 'replaces'] },
      ],
    ]);
  });

  it('positions are kept as latitude and longitude', () => {
    const location = { resourceType: 'Location', position: { latitude: 42.5, longitude: -83 } };
    expect(rows('composite', 'near', location)).toEqual([
      [{ number: [42.5, nextNumber(42.5)] }, { number: [-83, nextNumber(-83)] }],
    ]);
  });

  it('equal rows are kept once, also where there are many', () => {
    const given = Array.from({ length: 200 }, (_, index) => `Name${index % 50}`);
    expect(rows('string', 'given', patient({ name: [{ given }] }))).toHaveLength(50);
  });
});

it('takes any JSON for any type without an error, and gives rows of plain values', () => {
  const members = RESOURCE_TYPES.map((type) => Object.keys(parameters.definitions.elements[type]!));
  const names = [
    ...new Set([...members.flat(), 'coding', 'system', 'code', 'value', 'reference', 'start', 'low']),
  ];
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 1.5, -1e308, '', '2020-01-01', 'Patient/1', '#x', 'http://a/b|1'),
      fc.string(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
    ),
  })).value;
  fc.assert(
    fc.property(
      fc.constantFrom(...RESOURCE_TYPES),
      fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 10 }),
      (resourceType, resource) => {
        const found = extraction.indexedValues({ ...resource, resourceType });
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      },
    ),
    { numRuns: 500 },
  );
});
