import { expect, it } from 'vitest';
import { ifNoneExist } from '../../src/fhir/if-none-exist.ts';

it.each([
  'identifier=urn:s|1',
  '?identifier=urn:s|1',
  'Patient?identifier=urn:s|1',
  'http://localhost/fhir/Patient?identifier=urn:s|1',
  'https://example.org/tenants/acme/fhir/Patient?identifier=urn:s|1',
])('takes %s as criteria of a Patient', (condition) => {
  expect(ifNoneExist(condition, 'Patient')).toBe('identifier=urn:s|1');
});

it('leaves question marks in values', () => {
  const criteria = 'identifier=http://example.org/Patient?x|1';
  expect(ifNoneExist(criteria, 'Patient')).toBe(criteria);
  expect(ifNoneExist(`Patient?${criteria}`, 'Patient')).toBe(criteria);
});

it.each(['Practitioner?identifier=1', 'http://localhost/fhir/Practitioner?identifier=1'])(
  'refuses %s for a Patient',
  (condition) => {
    expect(() => ifNoneExist(condition, 'Patient')).toThrow(/a search of Patient, not of Practitioner/);
  },
);
