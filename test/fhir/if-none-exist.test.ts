import { expect, it } from 'vitest';
import { ifNoneExist } from '../../src/fhir/if-none-exist.ts';

const BASES = ['http://localhost/fhir'];

it.each([
  'identifier=urn:s|1',
  '?identifier=urn:s|1',
  'Patient?identifier=urn:s|1',
  'http://localhost/fhir/Patient?identifier=urn:s|1',
  'https://localhost/fhir/Patient?identifier=urn:s|1',
])('takes %s as criteria of a Patient', (condition) => {
  expect(ifNoneExist(condition, 'Patient', BASES)).toBe('identifier=urn:s|1');
});

it('leaves question marks in values', () => {
  const criteria = 'identifier=http://example.org/Patient?x|1';
  expect(ifNoneExist(criteria, 'Patient', BASES)).toBe(criteria);
  expect(ifNoneExist(`Patient?${criteria}`, 'Patient', BASES)).toBe(criteria);
});

it.each(['Practitioner?identifier=1', 'http://localhost/fhir/Practitioner?identifier=1'])(
  'refuses %s for a Patient',
  (condition) => {
    expect(() => ifNoneExist(condition, 'Patient', BASES)).toThrow(
      /a search of Patient, not of Practitioner/,
    );
  },
);

it.each([
  'https://example.org/fhir/Patient?identifier=1',
  'http://localhost/tenants/other/fhir/Patient?identifier=1',
  'http://localhost/Patient?identifier=1',
])('refuses %s, which is a search of another server', (condition) => {
  expect(() => ifNoneExist(condition, 'Patient', BASES)).toThrow(/not of another server/);
});
