/** Who and where: the part of the collection that everything else refers to. */
const MRN = 'urn:oid:1.2.36.146.595.217.0.1';
const V2_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const patients = [
  {
    resourceType: 'Patient',
    id: 'p1',
    meta: {
      source: 'http://example.org/source/a',
      profile: ['http://example.org/StructureDefinition/vip-patient'],
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
      tag: [{ system: 'http://example.org/tags', code: 'vip', display: 'Very important person' }],
    },
    language: 'en',
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Peter walks with a <b>stick</b>.</div>',
    },
    identifier: [
      {
        use: 'usual',
        type: { coding: [{ system: V2_TYPE, code: 'MR' }], text: 'Medical record number' },
        system: MRN,
        value: '12345',
      },
    ],
    active: true,
    name: [
      { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
      { use: 'usual', given: ['Jim'] },
    ],
    telecom: [
      { system: 'phone', value: '(03) 5555 6473', use: 'work' },
      { system: 'email', value: 'p.chalmers@example.org', use: 'home' },
    ],
    gender: 'male',
    birthDate: '1974-12-25',
    deceasedBoolean: false,
    address: [
      {
        use: 'home',
        line: ['534 Erewhon St'],
        city: 'PleasantVille',
        state: 'Vic',
        postalCode: '3999',
        country: 'AU',
      },
    ],
    maritalStatus: { text: 'Married' },
    contact: [{ name: { family: 'Marche' } }],
    generalPractitioner: [{ reference: 'Practitioner/d1' }],
    managingOrganization: { reference: 'Organization/o1' },
  },
  {
    resourceType: 'Patient',
    id: 'p2',
    meta: {
      source: 'http://example.org/source/b',
      tag: [{ system: 'http://example.org/tags', code: 'trial' }],
    },
    identifier: [{ system: MRN, value: '67890' }],
    active: true,
    name: [{ family: 'Müller', given: ['Zoë'] }],
    gender: 'female',
    birthDate: '1980',
    address: [{ city: 'Zürich', country: 'CH' }],
    generalPractitioner: [{ reference: 'Practitioner/d2' }],
    managingOrganization: { reference: 'Organization/o2' },
  },
  {
    resourceType: 'Patient',
    id: 'p3',
    active: false,
    name: [{ family: "O'Brien", given: ['Renée'] }],
    gender: 'female',
    birthDate: '1980-05',
    deceasedDateTime: '2019-03-01',
    telecom: [{ system: 'phone', value: '555-0101' }],
    generalPractitioner: [{ reference: 'Practitioner/d1' }],
  },
  {
    resourceType: 'Patient',
    id: 'p4',
    identifier: [{ value: 'abc' }],
    gender: 'unknown',
    birthDate: '2000-01-01',
    managingOrganization: { reference: 'Organization/o3' },
  },
  {
    resourceType: 'Patient',
    id: 'p5',
    identifier: [
      {
        type: { coding: [{ system: V2_TYPE, code: 'MR' }] },
        system: 'http://example.org/other-mrn',
        value: '12345',
      },
    ],
    name: [{ family: 'Chalmersson', given: ['Anna, Maria'] }],
    gender: 'other',
    birthDate: '1999-12-31',
    link: [{ other: { reference: 'Patient/p1' }, type: 'seealso' }],
  },
  { resourceType: 'Patient', id: 'p6', name: [{ family: 'A|B$C', given: ['back\\slash'] }], active: true },
];

const organizations = [
  {
    resourceType: 'Organization',
    id: 'o1',
    identifier: [{ system: 'http://example.org/orgs', value: '1' }],
    active: true,
    name: 'Good Health Clinic',
    alias: ['GHC'],
    address: [{ city: 'Ann Arbor', state: 'MI' }],
  },
  {
    resourceType: 'Organization',
    id: 'o2',
    identifier: [{ system: 'http://example.org/orgs', value: '2' }],
    name: 'Ward of Good Health',
    partOf: { reference: 'Organization/o1' },
  },
  {
    resourceType: 'Organization',
    id: 'o3',
    name: 'Spital Müllhausen',
    partOf: { reference: 'Organization/o2' },
  },
];

const staff = [
  {
    resourceType: 'Practitioner',
    id: 'd1',
    identifier: [{ system: 'http://example.org/npi', value: '111' }],
    name: [{ family: 'Careful', given: ['Adam'] }],
  },
  {
    resourceType: 'Practitioner',
    id: 'd2',
    identifier: [{ system: 'http://example.org/npi', value: '222' }],
    name: [{ family: 'Jones', given: ['Indiana'] }],
  },
  {
    resourceType: 'Practitioner',
    id: 'd3',
    name: [{ family: 'Ærlig', given: ['Søren', 'Łódź', 'Þór', 'Đorđević', 'GROẞE'] }],
  },
  {
    resourceType: 'PractitionerRole',
    id: 'r1',
    practitioner: { reference: 'Practitioner/d1' },
    organization: { reference: 'Organization/o1' },
    location: [{ reference: 'Location/l1' }],
  },
  {
    resourceType: 'RelatedPerson',
    id: 'rp1',
    patient: { reference: 'Patient/p2' },
    name: [{ family: 'Müller', given: ['Urs'] }],
  },
];

const places = [
  {
    resourceType: 'Location',
    id: 'l1',
    name: 'Main building',
    position: { latitude: 42.256, longitude: -83.694 },
    managingOrganization: { reference: 'Organization/o1' },
  },
  {
    resourceType: 'Location',
    id: 'l2',
    name: 'Room 7',
    position: { latitude: 47.37, longitude: 8.54 },
    partOf: { reference: 'Location/l1' },
  },
];

const devices = [
  {
    resourceType: 'Device',
    id: 'dev1',
    deviceName: [{ name: 'Pulse meter', type: 'user-friendly-name' }],
    patient: { reference: 'Patient/p1' },
  },
];

export const people: readonly { resourceType: string; id: string }[] = [
  ...patients,
  ...organizations,
  ...staff,
  ...places,
  ...devices,
];
