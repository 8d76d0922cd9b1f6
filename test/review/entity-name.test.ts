import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../src/fhir/resource-type.ts';
import { entityType } from '../../src/review/entity-name.ts';

describe('entity names', () => {
  it.each([
    ['encounter', 'Encounter'],
    ['Encounters', 'Encounter'],
    ['ENCOUNTER', 'Encounter'],
    ['patients', 'Patient'],
    ['practitioners', 'Practitioner'],
    ['diagnosticreports', 'DiagnosticReport'],
    ['diagnostic-reports', 'DiagnosticReport'],
    ['diagnostic_report', 'DiagnosticReport'],
    ['allergyintolerances', 'AllergyIntolerance'],
    ['BodyStructures', 'BodyStructure'],
    ['imagingstudies', 'ImagingStudy'],
    ['FamilyMemberHistories', 'FamilyMemberHistory'],
    ['binaries', 'Binary'],
    ['libraries', 'Library'],
    ['media', 'Media'],
    ['parameters', 'Parameters'],
    ['people', 'Person'],
    ['persons', 'Person'],
    ['supplydeliveries', 'SupplyDelivery'],
  ])('%s is %s', (name, type) => {
    expect(entityType(name)).toBe(type);
  });

  it('knows every type in every case, singular', () => {
    for (const type of RESOURCE_TYPES) {
      expect(entityType(type)).toBe(type);
      expect(entityType(type.toUpperCase())).toBe(type);
    }
  });

  it.each([
    ['encountr', /Did you mean Encounter\?/],
    ['pateints', /Patient/],
    ['dragon', /^[^?]*$/],
    ['', /^No FHIR R4 resource type is called ""\.$/],
    ['__proto__', /called "__proto__"/],
    ['constructor', /called "constructor"/],
    ['x'.repeat(100_000), /^.{0,200}$/],
  ])('refuses %.20s and says what comes near', (name, detail) => {
    expect(() => entityType(name)).toThrow(
      expect.objectContaining({ code: 'entity-unknown', detail: expect.stringMatching(detail) }),
    );
  });
});
