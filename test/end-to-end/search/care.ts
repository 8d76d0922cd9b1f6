/** What was done and found. */
const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const UCUM = 'http://unitsofmeasure.org';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const quantity = (value: number, code: string, unit = code) => ({ value, unit, system: UCUM, code });
const loinc = (code: string, display: string) => ({ coding: [{ system: LOINC, code, display }] });
const vitalSigns = [
  {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
  },
];

const encounters = [
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { system: ACT, code: 'AMB' },
    subject: { reference: 'Patient/p1' },
    participant: [{ individual: { reference: 'Practitioner/d1' } }],
    period: { start: '2020-01-10T08:00:00Z', end: '2020-01-10T09:00:00Z' },
    length: quantity(60, 'min'),
    serviceProvider: { reference: 'Organization/o1' },
  },
  {
    resourceType: 'Encounter',
    id: 'e2',
    status: 'in-progress',
    class: { system: ACT, code: 'IMP' },
    subject: { reference: 'Patient/p2' },
    participant: [{ individual: { reference: 'RelatedPerson/rp1' } }],
    period: { start: '2021-06-15' },
    serviceProvider: { reference: 'Organization/o2' },
  },
  {
    resourceType: 'Encounter',
    id: 'e3',
    status: 'finished',
    class: { system: ACT, code: 'EMER' },
    subject: { reference: 'Patient/p1' },
    period: { start: '2019-12-31T23:00:00-05:00', end: '2020-01-01T02:00:00-05:00' },
    location: [{ location: { reference: 'Location/l1' } }],
    partOf: { reference: 'Encounter/e1' },
  },
];

const observations = [
  {
    resourceType: 'Observation',
    id: 'ob1',
    status: 'final',
    category: vitalSigns,
    code: loinc('8867-4', 'Heart rate'),
    subject: { reference: 'Patient/p1', display: 'Peter Chalmers' },
    encounter: { reference: 'Encounter/e1' },
    effectiveDateTime: '2020-01-10T08:30:00Z',
    performer: [{ reference: 'Practitioner/d1' }],
    valueQuantity: quantity(80, '/min'),
    interpretation: [{ text: 'Normal' }],
    device: { reference: 'Device/dev1' },
  },
  {
    resourceType: 'Observation',
    id: 'ob2',
    status: 'final',
    category: vitalSigns,
    code: loinc('85354-9', 'Blood pressure panel'),
    subject: { reference: 'Patient/p1' },
    encounter: { reference: 'Encounter/e1' },
    effectivePeriod: { start: '2020-01-10', end: '2020-01-11' },
    component: [
      { code: loinc('8480-6', 'Systolic blood pressure'), valueQuantity: quantity(120, 'mm[Hg]', 'mmHg') },
      { code: loinc('8462-4', 'Diastolic blood pressure'), valueQuantity: quantity(80, 'mm[Hg]', 'mmHg') },
    ],
  },
  {
    resourceType: 'Observation',
    id: 'ob3',
    status: 'final',
    category: vitalSigns,
    code: loinc('29463-7', 'Body weight'),
    subject: { reference: 'Patient/p2' },
    encounter: { reference: 'Encounter/e2' },
    effectiveDateTime: '2021-06',
    performer: [{ reference: 'RelatedPerson/rp1' }],
    valueQuantity: quantity(70.5, 'kg'),
  },
  {
    resourceType: 'Observation',
    id: 'ob4',
    status: 'amended',
    code: { text: 'Pregnancy test' },
    subject: { reference: 'Patient/p2' },
    effectiveInstant: '2021-06-15T12:00:00.500Z',
    valueCodeableConcept: {
      coding: [{ system: SNOMED, code: '260385009', display: 'Negative' }],
      text: 'Nothing found',
    },
  },
  {
    resourceType: 'Observation',
    id: 'ob5',
    status: 'final',
    code: loinc('5778-6', 'Color of urine'),
    subject: { reference: 'Patient/p3' },
    valueString: 'Clear, straw yellow',
  },
  {
    resourceType: 'Observation',
    id: 'ob6',
    status: 'final',
    category: vitalSigns,
    code: loinc('29463-7', 'Body weight'),
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2020',
    valueQuantity: quantity(70500, 'g'),
  },
  {
    resourceType: 'Observation',
    id: 'ob7',
    status: 'preliminary',
    code: loinc('15074-8', 'Glucose'),
    subject: { reference: 'Group/g1' },
    effectiveDateTime: '2018-02-28T23:59:59.999+01:00',
    valueQuantity: { value: 5.4, unit: 'mmol/l' },
    derivedFrom: [{ reference: 'Observation/ob6' }],
  },
  {
    resourceType: 'Observation',
    id: 'ob8',
    status: 'final',
    code: loinc('8867-4', 'Heart rate'),
    subject: { reference: 'http://other.example.org/fhir/Patient/p1' },
    dataAbsentReason: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }],
    },
  },
  {
    resourceType: 'Observation',
    id: 'ob9',
    status: 'final',
    code: loinc('8867-4', 'Heart rate'),
    subject: {
      identifier: { system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' },
      display: 'Somebody with a number',
    },
    effectiveDateTime: '2020-01-10T10:00:00+01:00',
    valueQuantity: quantity(100, '/min'),
  },
];

const problems = [
  {
    resourceType: 'Condition',
    id: 'c1',
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: { coding: [{ system: SNOMED, code: '44054006', display: 'Diabetes mellitus type 2' }] },
    subject: { reference: 'Patient/p1' },
    encounter: { reference: 'Encounter/e1' },
    onsetDateTime: '2015-03',
    asserter: { reference: 'Practitioner/d1' },
  },
  {
    resourceType: 'Condition',
    id: 'c2',
    code: { coding: [{ system: SNOMED, code: '73211009', display: 'Diabetes mellitus' }] },
    subject: { reference: 'Patient/p2' },
    onsetAge: quantity(41, 'a', 'years'),
  },
  {
    resourceType: 'RiskAssessment',
    id: 'ra1',
    status: 'final',
    subject: { reference: 'Patient/p1' },
    prediction: [{ probabilityDecimal: 0.5 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'ra2',
    status: 'final',
    subject: { reference: 'Patient/p2' },
    prediction: [{ probabilityDecimal: 0.054 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'ra3',
    status: 'final',
    subject: { reference: 'Patient/p3' },
    prediction: [{ probabilityDecimal: 1 }],
  },
];

const orders = [
  {
    resourceType: 'MedicationRequest',
    id: 'm1',
    status: 'active',
    intent: 'order',
    medicationReference: { reference: 'Medication/med1' },
    subject: { reference: 'Patient/p1' },
    encounter: { reference: 'Encounter/e1' },
    authoredOn: '2020-01-10',
    requester: { reference: 'Practitioner/d1' },
  },
  {
    resourceType: 'MedicationRequest',
    id: 'm2',
    status: 'stopped',
    intent: 'order',
    medicationCodeableConcept: { text: 'Aspirin 100 mg' },
    subject: { reference: 'Patient/p2' },
    authoredOn: '2021-07-01',
  },
  {
    resourceType: 'Medication',
    id: 'med1',
    code: {
      coding: [
        { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '860975', display: 'Metformin' },
      ],
    },
    manufacturer: { reference: 'Organization/o3' },
  },
  {
    resourceType: 'ServiceRequest',
    id: 'sr1',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
    occurrenceTiming: { event: ['2022-02-02', '2022-03-03T10:00:00Z'] },
  },
  {
    resourceType: 'Coverage',
    id: 'cov1',
    status: 'active',
    beneficiary: { reference: 'Patient/p1' },
    payor: [{ reference: 'Organization/o2' }],
  },
  {
    resourceType: 'Provenance',
    id: 'pv1',
    target: [{ reference: 'Observation/ob1' }, { reference: 'Patient/p1' }],
    recorded: '2020-01-10T08:31:00Z',
    agent: [{ who: { reference: 'Practitioner/d1' } }],
  },
];

export const care: readonly { resourceType: string; id: string }[] = [
  ...encounters,
  ...observations,
  ...problems,
  ...orders,
];
