import { describe, expect, it } from 'vitest';
import { checkResource } from '../../src/fhir/resource-check.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { StructureCheck } from '../../src/fhir/structure/structure-check.ts';
import { Hospital } from '../../src/sample/hospital.ts';
import { patientRecord } from '../../src/sample/patient-record.ts';

const PATIENTS = 12;

describe('the resources of a sample', () => {
  const hospital = new Hospital(5, PATIENTS);
  const records = Array.from({ length: PATIENTS }, (_, number) => [...patientRecord(5, number, hospital)]);
  const structure = new StructureCheck();
  const extraction = new Extraction();

  it('have the structure that R4 gives their types', () => {
    const checked = new Set<string>();
    for (const resource of [...hospital.resources(), ...records.flat()]) {
      const { resourceType: type, id } = resource;
      const body = new TextEncoder().encode(JSON.stringify(resource));
      const content = checkResource(body, { type, id, assignId: false }, structure, extraction);
      expect(content.type).toBe(type);
      checked.add(type);
    }
    expect(checked.size).toBeGreaterThanOrEqual(12);
  });
});
