import { expect, test } from 'vitest';
import { Compartment } from '../../../src/fhir/compartment/compartment.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';

const parameters = new SearchParameters();
const patient = Compartment.of('Patient', parameters)!;
const number = (type: string, code: string) => parameters.find(type, code)!.number;

test('there are five', () => {
  for (const name of ['Device', 'Encounter', 'Patient', 'Practitioner', 'RelatedPerson']) {
    expect(Compartment.of(name, parameters)?.name).toBe(name);
  }
  for (const name of ['Observation', 'constructor']) expect(Compartment.of(name, parameters)).toBeUndefined();
});

test('a document is in it by any of the parameters that R4 names', () => {
  const tests = [{ kind: 'reference', type: 'Patient', id: 'p', base: '' }];
  expect(patient.criterion('Observation', { ids: ['p'], bases: [] })).toEqual({
    kind: 'any',
    of: ['subject', 'performer'].map((code) => ({
      kind: 'index',
      parameter: number('Observation', code),
      tests,
    })),
  });
  expect(patient.criterion('Practitioner', { ids: ['p'], bases: [] })).toBeUndefined();
  expect(patient.types).toHaveLength(66);
  for (const type of patient.types)
    expect([type, patient.criterion(type, { bases: [] })]).toEqual([type, expect.anything()]);
});

test('the resource itself is in its compartment', () => {
  const encounter = Compartment.of('Encounter', parameters)!;
  expect(encounter.criterion('Encounter', { ids: ['e'], bases: [] })).toEqual({
    kind: 'any',
    of: [{ kind: 'id', ids: ['e'] }],
  });
  expect(encounter.criterion('Encounter', { bases: [] })).toEqual({
    kind: 'any',
    of: [{ kind: 'all', of: [] }],
  });
  expect(patient.criterion('Patient', { ids: ['p'], bases: [] })).toMatchObject({
    of: [{ kind: 'id' }, { kind: 'index' }],
  });
});

test('care dates: any of them in the range, or none at all', () => {
  const range = { kind: 'range', comparison: 'overlaps', from: 0, until: 1 } as const;
  const parameter = number('Observation', 'date');
  expect(patient.inCareDates('Observation', range)).toEqual({
    kind: 'any',
    of: [
      { kind: 'index', parameter, tests: [range] },
      { kind: 'all', of: [{ kind: 'not', of: { kind: 'present', parameter, shape: 'date' } }] },
    ],
  });
  expect(patient.inCareDates('Patient', range)).toBeUndefined();
});

test('a reference that begins with an own address counts as relative', () => {
  const criterion = patient.criterion('Account', { ids: ['p'], bases: ['http://localhost/fhir'] });
  expect(criterion).toMatchObject({
    of: [
      {
        tests: [
          { id: 'p', base: '' },
          { id: 'p', base: 'http://localhost/fhir' },
        ],
      },
    ],
  });
});
