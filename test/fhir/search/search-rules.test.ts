import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { found, type Resource } from './naive-search.ts';

/** A resource, queries that find it and queries that do not; each of R4's pages and examples, or one that they imply. */
type Rule = readonly [resource: Resource, finding: readonly string[], missing: readonly string[]];

const UCUM = 'http://unitsofmeasure.org';
const MINUTES = { system: UCUM, code: 'min' };
const patient = (members: object): Resource => ({ resourceType: 'Patient', ...members });
const observation = (members: object): Resource => ({ resourceType: 'Observation', ...members });
const quantity = (value: number, code?: string, unit?: string) =>
  observation({ valueQuantity: { value, ...(code && { system: UCUM, code }), ...(unit && { unit }) } });
const dated = (effectiveDateTime: string) => observation({ effectiveDateTime });
const during = (start?: string, end?: string) => observation({ effectivePeriod: { start, end } });

function holds(rules: readonly Rule[]): void {
  it.each(rules)('%j', async (resource, finding, missing) => {
    const wrong: string[] = [];
    for (const query of [...finding, ...missing]) {
      const ids = await found([resource], resource.resourceType, query);
      if (ids.length > 0 !== finding.includes(query)) wrong.push(query);
    }
    expect(wrong).toEqual([]);
  });
}

// https://hl7.org/fhir/R4/search.html#string
describe('string', () => {
  const name = (...given: string[]) => patient({ name: [{ given, family: 'Carreno Quinones' }] });
  holds([
    [
      name('Eve'),
      ['given=eve', 'given=EVE', 'given:contains=ev', 'given:exact=Eve'],
      ['given:exact=eve', 'given=ve'],
    ],
    [name('Evelyn'), ['given=eve', 'given:contains=lyn'], ['given:exact=Eve']],
    [name('Severine'), ['given:contains=eve'], ['given=eve']],
    [
      name('Jösé'),
      ['given=jose', 'given=JÖSE', 'given:contains=ose', 'given:exact=Jösé'],
      ['given:exact=Jose'],
    ],
    [name("O'Neil"), ['given=oneil', "given=o'n"], ['given=neil']],
    [name('Ana  Maria'), ['given=ana maria', 'given=ana%20%20m'], []],
    [
      name('x'),
      ['family=carreno', 'family=quinones', 'name=quin', 'family:exact=Carreno Quinones'],
      ['family:exact=Quinones'],
    ],
    [name('a,b'), ['given:exact=a\\,b', 'given=zzz,a'], ['given:exact=a']],
    [
      patient({ address: [{ city: 'Ann Arbor', state: 'MI' }] }),
      ['address=ann', 'address=mi', 'address-city=Ann'],
      ['address-state=ann'],
    ],
    [patient({}), ['name:missing=true'], ['name:missing=false', 'name=a']],
  ]);
});

// https://hl7.org/fhir/R4/search.html#token
describe('token', () => {
  const coded = (system: string | undefined, code: string, more: object = {}): Resource => ({
    resourceType: 'Condition',
    code: { coding: [{ ...(system && { system }), code, display: 'Headache, severe' }], text: 'Migraine' },
    ...more,
  });
  const mrn = patient({
    identifier: [
      {
        system: 'http://acme.org/patient',
        value: '2345',
        type: { coding: [{ system: 'http://t', code: 'MR' }] },
      },
    ],
  });
  holds([
    [
      coded('http://acme.org/conditions/codes', 'ha125'),
      [
        'code=ha125',
        'code=HA125',
        'code=http://acme.org/conditions/codes|ha125',
        'code=http://acme.org/conditions/codes|',
        'code=x,ha125',
      ],
      ['code=|ha125', 'code=http://other|ha125', 'code=ha12', 'code:not=ha125', 'code:not=x,ha125'],
    ],
    [coded(undefined, 'ha125'), ['code=|ha125', 'code=ha125'], ['code=http://acme.org/conditions/codes|']],
    [
      coded('s', 'a'),
      ['code:text=headache', 'code:text=migraine', 'code:text=HEADACHE SEVERE'],
      ['code:text=fever'],
    ],
    [coded('s', 'a'), ['code:not=b', 'code:missing=false'], ['code:missing=true']],
    [
      { resourceType: 'Condition', code: { text: 'Only text' } },
      ['code:missing=false', 'code:not=a', 'code:text=only'],
      ['code=only'],
    ],
    [{ resourceType: 'Condition' }, ['code:not=a', 'code:missing=true'], ['code:missing=false']],
    [
      patient({ gender: 'male' }),
      [
        'gender=male',
        'gender=http://hl7.org/fhir/administrative-gender|male',
        'gender=MALE',
        'gender:not=female',
        'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender',
      ],
      ['gender:not=male', 'gender=|male', 'gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender'],
    ],
    [
      patient({}),
      ['gender:not=male', 'gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender'],
      ['gender:in=http://hl7.org/fhir/ValueSet/administrative-gender'],
    ],
    [
      mrn,
      ['identifier=http://acme.org/patient|2345', 'identifier=2345', 'identifier:of-type=http://t|MR|2345'],
      [
        'identifier=|2345',
        'identifier=234',
        'identifier:of-type=http://t|MC|2345',
        'identifier:of-type=http://t|MR|1',
      ],
    ],
    [
      patient({ identifier: [{ system: 'urn:s', value: 'a|b' }] }),
      ['identifier=urn:s|a\\|b', 'identifier=a\\|b'],
      ['identifier=a'],
    ],
    [patient({ active: true }), ['active=true'], ['active=false', 'active:not=true']],
    [patient({ deceasedDateTime: '2015' }), ['deceased=true'], ['deceased=false']],
    [patient({ deceasedBoolean: false }), ['deceased=false'], ['deceased=true']],
    [
      {
        resourceType: 'Encounter',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'EMER' },
      },
      [
        'class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode',
        'class:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|EMER',
      ],
      [
        'class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP',
        'class:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode',
      ],
    ],
    [
      {
        resourceType: 'DocumentReference',
        content: [{ attachment: { contentType: 'text/xml; charset=UTF-8' } }],
      },
      ['contenttype:below=text/xml', 'contenttype=text/xml; charset=utf-8'],
      ['contenttype=text/xml', 'contenttype:below=text/plain'],
    ],
    [
      patient({ meta: { tag: [{ system: 's', code: 'c' }], security: [{ code: 'R' }] } }),
      ['_tag=s|c', '_security=R', '_tag:not=d'],
      ['_tag=c2', '_security=s|R', '_tag=reviewed'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#date
describe('date', () => {
  holds([
    [
      dated('2013-01-14T00:00:00Z'),
      ['date=eq2013-01-14', 'date=2013-01', 'date=2013'],
      ['date=ne2013-01-14', 'date=2013-01-13'],
    ],
    [
      dated('2013-01-14T10:00:00Z'),
      [
        'date=2013-01-14',
        'date=2013-01-14T10:00Z',
        'date=2013-01-14T10:00',
        'date=2013-01-14T12:00:00%2B02:00',
      ],
      ['date=2013-01-14T10:01'],
    ],
    [
      dated('2013-01-15T00:00:00Z'),
      ['date=ne2013-01-14', 'date=gt2013-01-14', 'date=sa2013-01-14'],
      ['date=eq2013-01-14', 'date=le2013-01-14'],
    ],
    [
      dated('2013-01-14'),
      ['date=lt2013-01-14T10:00', 'date=gt2013-01-14T10:00', 'date=2013-01-14'],
      ['date=2013-01-14T10:00', 'date=sa2013-01-14T10:00', 'date=eb2013-01-14T10:00'],
    ],
    [dated('2013'), ['date=2013', 'date=ge2013-05', 'date=le2013-05'], ['date=2013-05', 'date=ne2013']],
    [
      during('2013-01-21'),
      ['date=ge2013-03-14', 'date=le2013-03-14'],
      ['date=sa2013-03-14', 'date=eb2013-03-14', 'date=2013'],
    ],
    [
      during('2013-03-15'),
      ['date=sa2013-03-14', 'date=gt2013-03-14'],
      ['date=eb2013-03-14', 'date=lt2013-03-15'],
    ],
    [
      during(undefined, '2013-01-21'),
      ['date=eb2013-03-14', 'date=lt2013-03-14'],
      ['date=sa2013-03-14', 'date=gt2013-01-21'],
    ],
    [
      during('2013-01-01', '2013-01-31'),
      ['date=2013-01', 'date=2013', 'date=gt2013-01-15', 'date=lt2013-01-15'],
      ['date=2013-01-15', 'date=2012'],
    ],
    [dated('2025-12-30'), ['date=ap2025-12-31', 'date=ap2025-12-30'], ['date=ap2020']],
    [
      observation({ effectiveTiming: { event: ['2013-01-31', '2013-03-24'] } }),
      ['date=ge2013-02-01', 'date=2013'],
      ['date=sa2013-02-01', 'date=2013-02'],
    ],
    [
      dated('2013-01-14T10:00:00Z'),
      ['date=ge2010-01-01&date=le2013-12-31', 'date=1999,2013'],
      ['date=ge2010&date=le2012'],
    ],
    [
      observation({ issued: '2013-01-14T10:00:00Z' }),
      ['_lastUpdated=2026', '_lastUpdated=ge2026-01-01', 'date:missing=true'],
      ['_lastUpdated=lt2026'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#number
describe('number', () => {
  const risk = (probabilityDecimal: number): Resource => ({
    resourceType: 'RiskAssessment',
    prediction: [{ probabilityDecimal }],
  });
  holds([
    [
      risk(100),
      [
        'probability=100',
        'probability=100.00',
        'probability=1e2',
        'probability=ge100',
        'probability=le100',
        'probability=ap95',
      ],
      [
        'probability=gt100',
        'probability=lt100',
        'probability=ne100',
        'probability=sa100',
        'probability=eb100',
      ],
    ],
    [
      risk(99.5),
      ['probability=100', 'probability=1e2', 'probability=lt100'],
      ['probability=100.0', 'probability=ne100'],
    ],
    [risk(100.5), ['probability=ne100', 'probability=gt100'], ['probability=100']],
    [risk(95), ['probability=1e2'], ['probability=100', 'probability=1.00e2']],
    [
      risk(0.9),
      ['probability=gt0.8', 'probability=gt8e-1', 'probability=0.9', 'probability=.9'],
      ['probability=0.8'],
    ],
    [risk(5.35), ['probability=5.4'], ['probability=5.3', 'probability=5.40']],
    ...[0.6784861779198904, 0.30000000000000004, 1 / 3].map(
      (value): Rule => [
        risk(value),
        [
          `probability=${value}`,
          `probability=ap${value}`,
          `probability=ge${value}`,
          `probability=le${value}`,
        ],
        [`probability=ne${value}`, `probability=${value / 2}`],
      ],
    ),
    [
      risk(2 ** 53),
      ['probability=9007199254740992', 'probability=9007199254740993'],
      ['probability=ne9007199254740993', 'probability=9007199254740994'],
    ],
    [risk(0.3), ['probability=0.3'], ['probability=0.30000000000000004']],
    [
      risk(0.0054),
      ['probability=5e-3', 'probability=0.005', 'probability=5.4e-3'],
      ['probability=5.0e-3', 'probability=0.0050', 'probability=6e-3'],
    ],
    [risk(-2), ['probability=-2', 'probability=lt-1'], ['probability=2']],
    [
      { resourceType: 'MolecularSequence', variant: [{ start: 22125503, end: 22125510 }] },
      ['variant-start=22125503', 'variant-start=2.21255e7', 'variant-end=gt22125503'],
      ['variant-start=22125502', 'variant-start=22125503.5'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#quantity
describe('quantity', () => {
  holds([
    [
      quantity(5.4, 'mg', 'milligram'),
      [
        `value-quantity=5.4|${UCUM}|mg`,
        `value-quantity=5.40e-3|${UCUM}|g`,
        'value-quantity=5.4||mg',
        'value-quantity=5.4||milligram',
        'value-quantity=5.4',
        'value-quantity=5.4|mg',
        `value-quantity=le5.4|${UCUM}|mg`,
        `value-quantity=ge0.0054|${UCUM}|g`,
        `value-quantity=ap5|${UCUM}|mg`,
        `value-quantity=5.4|${UCUM}|`,
      ],
      [
        `value-quantity=5.4|${UCUM}|g`,
        `value-quantity=5.4|${UCUM}|mL`,
        'value-quantity=5.4||g',
        'value-quantity=5.5',
        `value-quantity=gt5.4|${UCUM}|mg`,
        `value-quantity=lt5.4|${UCUM}|mg`,
        'value-quantity=5.4|http://other|mg',
        'value-quantity=0.0054',
      ],
    ],
    [
      quantity(23, 'mm/h'),
      [`value-quantity=0.023|${UCUM}|m/h`, `value-quantity=gt22|${UCUM}|mm/h`],
      [`value-quantity=23|${UCUM}|m/h`],
    ],
    ...(
      [
        [0.6784861779198904, 'mg'],
        [1234567.891234567, 'mm[Hg]'],
        [36.60000000000001, 'Cel'],
      ] as const
    ).map(
      ([value, code]): Rule => [
        quantity(value, code, 'a unit'),
        [
          `value-quantity=${value}`,
          `value-quantity=${value}||${code}`,
          `value-quantity=${value}|${UCUM}|${code}`,
          `value-quantity=${value}||a unit`,
          `combo-value-quantity=${value}|${UCUM}|${code}`,
          `value-quantity=le${value}|${UCUM}|${code}`,
          `value-quantity=ge${value}|${UCUM}|${code}`,
        ],
        [`value-quantity=ne${value}`, `value-quantity=ne${value}|${UCUM}|${code}`],
      ],
    ),
    [
      observation({
        code: { coding: [{ code: 'c' }] },
        valueQuantity: { value: 0.6784861779198904, system: UCUM, code: 'mg' },
      }),
      [
        'code-value-quantity=c$0.6784861779198904',
        `code-value-quantity=c$0.6784861779198904|${UCUM}|mg`,
        'combo-code-value-quantity=c$0.6784861779198904||mg',
      ],
      ['code-value-quantity=c$ne0.6784861779198904'],
    ],
    [quantity(5, '[iU]'), [`value-quantity=5|${UCUM}|[iU]`], [`value-quantity=5|${UCUM}|mg`]],
    [
      observation({ valueQuantity: { value: 5, comparator: '<' } }),
      ['value-quantity=lt5', 'value-quantity=lt3'],
      ['value-quantity=5', 'value-quantity=gt5'],
    ],
    ...['kg', '[iU]'].flatMap((code): Rule[] => {
      const unit = { system: UCUM, code };
      const ends = (comparator: string): Resource =>
        observation({ valueQuantity: { value: 5, comparator, ...unit } });
      const queries = (...values: string[]) =>
        values.flatMap((value) => [`value-quantity=${value}`, `value-quantity=${value}|${UCUM}|${code}`]);
      return [
        [ends('>='), queries('le5', 'ge5', 'gt5', 'ge4', 'le6'), queries('lt5', 'le4.999999', 'eb5')],
        [ends('<='), queries('ge5', 'le5', 'lt5', 'le6', 'ge4'), queries('gt5', 'ge5.000001', 'sa5')],
        [ends('>'), queries('gt5', 'ge5', 'sa5', 'le6'), queries('le5', 'lt5')],
        [ends('<'), queries('lt5', 'le5', 'eb5', 'ge4'), queries('ge5', 'gt5')],
      ];
    }),
    [
      {
        resourceType: 'Condition',
        onsetRange: { low: { value: 1, ...MINUTES }, high: { value: 2, ...MINUTES } },
      },
      ['onset-age=ge2', `onset-age=ge120|${UCUM}|s`, `onset-age=le60|${UCUM}|s`, `onset-age=le1|${UCUM}|min`],
      ['onset-age=gt2', `onset-age=gt120|${UCUM}|s`, `onset-age=lt60|${UCUM}|s`, 'onset-age=le0.99'],
    ],
    [
      {
        resourceType: 'Measure',
        useContext: [
          { code: { code: 'age' }, valueRange: { low: { value: 10 }, high: { value: 20 } } },
          { code: { code: 'weight' }, valueQuantity: { value: 12, comparator: '>=' } },
        ],
      },
      [
        ...['context-quantity=ge20', 'context-quantity=le10', 'context-type-quantity=age$ge20'],
        ...['context-type-quantity=age$le10', 'context-type-quantity=weight$le12'],
      ],
      [
        ...['context-quantity=lt10', 'context-type-quantity=age$gt20', 'context-type-quantity=age$lt10'],
        ...['context-type-quantity=age$ge20.1', 'context-type-quantity=weight$lt12'],
      ],
    ],
    [
      observation({ component: [{ valueQuantity: { value: 5 } }] }),
      ['combo-value-quantity=5', 'component-value-quantity=5'],
      ['value-quantity=5'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#reference
describe('reference', () => {
  const about = (reference: string) => observation({ subject: { reference } });
  holds([
    [
      about('Patient/23'),
      [
        'subject=Patient/23',
        'subject=23',
        'subject:Patient=23',
        'subject:Patient=Patient/23',
        'patient=23',
        'subject=http://localhost/fhir/Patient/23',
        'subject=Group/1,Patient/23',
      ],
      ['subject=Group/23', 'subject:Group=23', 'subject=http://other.org/fhir/Patient/23', 'subject=2'],
    ],
    [
      about('http://localhost/fhir/Patient/23'),
      ['subject=Patient/23', 'subject=23', 'subject=http://localhost/fhir/Patient/23'],
      ['subject=http://other.org/fhir/Patient/23'],
    ],
    [
      about('http://other.org/fhir/Patient/23'),
      ['subject=http://other.org/fhir/Patient/23'],
      ['subject=Patient/23', 'subject=23'],
    ],
    [
      about('Patient/23/_history/2'),
      ['subject=Patient/23', 'subject=Patient/23/_history/2'],
      ['subject=Patient/23/_history/1'],
    ],
    [about('Group/23'), ['subject=Group/23'], ['patient=23', 'patient=Group/23', 'subject:Patient=23']],
    [
      about('urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'),
      ['subject=urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
      ['subject=53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
    ],
    [
      observation({
        subject: { identifier: { system: 'http://acme.org/fhir/identifier/mrn', value: '123456' } },
      }),
      [
        'subject:identifier=http://acme.org/fhir/identifier/mrn|123456',
        'subject:identifier=123456',
        'subject:missing=false',
      ],
      ['subject:identifier=|123456', 'subject=123456', 'subject:missing=true'],
    ],
    [
      { resourceType: 'CarePlan', instantiatesCanonical: ['http://acme.org/plan|1.1'] },
      [
        'instantiates-canonical=http://acme.org/plan',
        'instantiates-canonical:below=http://acme.org/plan',
        'instantiates-canonical=http://acme.org/plan|1.1',
      ],
      ['instantiates-canonical=http://acme.org/plan|2', 'instantiates-canonical=http://acme.org'],
    ],
    [
      {
        resourceType: 'Bundle',
        type: 'document',
        entry: [{ resource: { resourceType: 'Composition', id: '7' } }],
      },
      ['composition=Composition/7', 'composition=7'],
      ['composition=8', 'message=7'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#uri
describe('uri', () => {
  const valueSet = (url: string, more: object = {}): Resource => ({ resourceType: 'ValueSet', url, ...more });
  holds([
    [
      valueSet('http://acme.org/fhir/ValueSet/123'),
      [
        'url=http://acme.org/fhir/ValueSet/123',
        'url:below=http://acme.org/fhir/',
        'url:above=http://acme.org/fhir/ValueSet/123/_history/5',
      ],
      [
        'url=http://acme.org/fhir/ValueSet/12',
        'url=http://ACME.org/fhir/ValueSet/123',
        'url:below=http://acme.org/fhir/ValueSet/1',
        'url:above=http://acme.org/fhir',
      ],
    ],
    [valueSet('http://acme.org/ValueSet/123'), ['url:above=http://acme.org/ValueSet/123/_history/5'], []],
    [valueSet('urn:oid:1.2.3.4.5'), ['url=urn:oid:1.2.3.4.5'], ['url=urn:oid:1.2.3.4']],
    [
      valueSet('http://acme.org/v', { version: '1' }),
      ['url=http://acme.org/v|1', 'url=http://acme.org/v', 'version=1'],
      ['url=http://acme.org/v|2'],
    ],
    [
      patient({ meta: { profile: ['http://acme.org/p|1'], source: 'http://s#1' } }),
      ['_profile=http://acme.org/p', '_profile=http://acme.org/p|1', '_source=http://s#1'],
      ['_profile=http://acme.org/p|2', '_source=http://s'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#composite
describe('composite', () => {
  const pressure = observation({
    component: [
      {
        code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
        valueQuantity: { value: 120, unit: 'mmHg' },
      },
      {
        code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] },
        valueQuantity: { value: 80, unit: 'mmHg' },
      },
    ],
  });
  holds([
    [
      pressure,
      [
        'component-code-value-quantity=8480-6$120',
        'component-code-value-quantity=http://loinc.org|8462-4$lt90||mmHg',
        'component-code-value-quantity=x$1,8480-6$gt100',
        'combo-code-value-quantity=8480-6$ge120',
      ],
      [
        'component-code-value-quantity=8480-6$80',
        'component-code-value-quantity=8462-4$gt90',
        'code-value-quantity=8480-6$120',
      ],
    ],
    [
      observation({ code: { coding: [{ code: 'a' }] }, valueDateTime: '2020-05-05' }),
      ['code-value-date=a$2020', 'code-value-date=a$gt2019'],
      ['code-value-date=b$2020', 'code-value-date=a$2021'],
    ],
    [
      {
        resourceType: 'Group',
        characteristic: [
          { code: { coding: [{ code: 'gender' }] }, valueCodeableConcept: { coding: [{ code: 'mixed' }] } },
        ],
      },
      ['characteristic-value=gender$mixed'],
      ['characteristic-value=gender$male', 'characteristic-value=mixed$gender'],
    ],
    [
      {
        resourceType: 'DocumentReference',
        relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }],
      },
      ['relationship=DocumentReference/1$replaces'],
      ['relationship=DocumentReference/1$appends'],
    ],
  ]);
});

// https://hl7.org/fhir/R4/search.html#has
describe('chains and _has', () => {
  const resources: Resource[] = [
    { resourceType: 'Organization', id: 'o', name: 'Acme' },
    { resourceType: 'Practitioner', id: 'd', name: [{ family: 'Joe' }] },
    {
      resourceType: 'Patient',
      id: 'p',
      name: [{ family: 'Peter' }],
      managingOrganization: { reference: 'Organization/o' },
      generalPractitioner: [{ reference: 'Practitioner/d' }],
    },
    { resourceType: 'Patient', id: 'q', name: [{ family: 'Paul' }] },
    { resourceType: 'Group', id: 'g', identifier: [{ value: 'gi' }] },
    {
      resourceType: 'Observation',
      id: 'x',
      subject: { reference: 'Patient/p' },
      code: { coding: [{ code: '1234-5' }] },
    },
    {
      resourceType: 'Observation',
      id: 'y',
      subject: { reference: 'Patient/q' },
      code: { coding: [{ code: '6789-0' }] },
    },
    { resourceType: 'Observation', id: 'z', subject: { reference: 'Group/g' } },
    {
      resourceType: 'AuditEvent',
      id: 'a',
      entity: [{ what: { reference: 'Observation/x' } }],
      agent: [{ who: { reference: 'Practitioner/d' }, requestor: true }],
    },
    { resourceType: 'List', id: '42', entry: [{ item: { reference: 'Patient/q' } }] },
  ];

  it.each([
    ['Observation', 'subject:Patient.name=peter', ['x']],
    ['Observation', 'subject.name=peter', ['x']],
    ['Observation', 'subject.identifier=gi', ['z']],
    ['Observation', 'patient.organization.name=acme', ['x']],
    ['Observation', 'patient.general-practitioner.name=joe', ['x']],
    ['Observation', 'subject._id=q', ['y']],
    ['Observation', 'patient.name:exact=peter', []],
    ['Observation', 'patient.organization:missing=true', ['y']],
    ['Observation', 'subject:Patient._has:List:item:_id=42', ['y']],
    ['Patient', '_has:Observation:patient:code=1234-5', ['p']],
    ['Patient', '_has:Observation:patient:code=1234-5,6789-0', ['p', 'q']],
    ['Patient', '_has:Observation:patient:_has:AuditEvent:entity:agent=d', ['p']],
    ['Patient', '_has:Observation:patient:_has:AuditEvent:entity:agent:Practitioner.name=joe', ['p']],
    ['Patient', '_has:Observation:patient:code:not=1234-5', ['q']],
    ['Organization', '_has:Patient:organization:_has:Observation:patient:code=1234-5', ['o']],
    ['Patient', '_list=42', ['q']],
    ['Patient', '_list=List/42,43', ['q']],
    ['Patient', '_id=p,q', ['p', 'q']],
    ['Patient', '_id:not=p', ['q']],
  ])('%s?%s: %j', async (type, query, expected) => {
    expect(await found(resources, type, query)).toEqual(expected);
  });
});

// https://hl7.org/fhir/R4/location.html#positional
describe('near', () => {
  const location = (latitude: number, longitude: number): Resource => ({
    resourceType: 'Location',
    position: { latitude, longitude },
  });
  holds([
    [
      location(42.25475478, -83.6945691),
      [
        'near=42.25475478|-83.6945691|11.20|km',
        'near=42.3|-83.7|10',
        'near=42.3|-83.7|7|[mi_us]',
        'near=42.3|-83.7',
      ],
      ['near=42.3|-83.7|1|km', 'near=42.3|-83.7|4000|m', 'near=-42.3|83.7|1000|km'],
    ],
    [location(0, 179.9), ['near=0|-179.9|30|km'], ['near=0|-179.9|20|km']],
    [location(89.9, 90), ['near=89.9|-90|30|km'], ['near=89.9|-90|20|km']],
  ]);

  it('finds what lies within a distance, but for two parts in a hundred, away from the poles', async () => {
    const angle = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.integer({ min: 1, max: 2_000 }),
        angle,
        async (latitude, longitude, km, bearing) => {
          const query = `near=${latitude.toFixed(6)}|${longitude.toFixed(6)}|${km}|km`;
          const at = (share: number) => place(latitude, longitude, km * share, bearing);
          expect(await found([location(...at(0.97))], 'Location', query)).toHaveLength(1);
          expect(await found([location(...at(1.03))], 'Location', query)).toHaveLength(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Where one comes to from a place after so many km in one direction. */
function place(latitude: number, longitude: number, km: number, bearing: number): [number, number] {
  const [a, b, d] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180, km / 6371.0088];
  const north = Math.asin(Math.sin(a) * Math.cos(d) + Math.cos(a) * Math.sin(d) * Math.cos(bearing));
  const east =
    b +
    Math.atan2(Math.sin(bearing) * Math.sin(d) * Math.cos(a), Math.cos(d) - Math.sin(a) * Math.sin(north));
  const degrees = (east * 180) / Math.PI;
  return [(north * 180) / Math.PI, ((degrees + 540) % 360) - 180];
}
