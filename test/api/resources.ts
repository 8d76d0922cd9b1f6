/** Resources that the structure check accepts. */
export const patient = (id: string, family = 'Chalmers') => ({
  resourceType: 'Patient',
  id,
  name: [{ family, given: ['Peter'] }],
  gender: 'male',
});

export const encounter = (id: string) => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: 'Patient/p1' },
});

export const practitioner = (id: string) => ({
  resourceType: 'Practitioner',
  id,
  name: [{ family: 'Careful' }],
});

/** Two patients, five encounters, one practitioner. */
export const hospital: readonly object[] = [
  patient('p1'),
  patient('p2', 'Windsor'),
  ...['e1', 'e2', 'e3', 'e4', 'e5'].map(encounter),
  practitioner('d1'),
];
