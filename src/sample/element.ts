/** A resource on its way into a sample. */
export interface SampleResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

/** A code with its own words. */
export interface Code {
  readonly code: string;
  readonly display: string;
}

/** The code systems that a sample speaks. */
export const SYSTEM = {
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  atc: 'http://www.whocc.no/atc',
  cvx: 'http://hl7.org/fhir/sid/cvx',
} as const;

/** Identifiers that the sample hospital itself gives out. */
export const HOSPITAL = 'http://hospital.example.org';

/** A code system that HL7 publishes with FHIR. */
export function hl7(name: string): string {
  return `http://terminology.hl7.org/CodeSystem/${name}`;
}

/** R4 `Coding`. */
export function coding(system: string, { code, display }: Code) {
  return { system, code, display };
}

/** R4 `CodeableConcept` of one code, with its words as text. */
export function concept(system: string, code: Code) {
  return { coding: [coding(system, code)], text: code.display };
}

/** R4 `CodeableConcept` of a status-like code that needs no words. */
export function status(system: string, code: string) {
  return { coding: [{ system: hl7(system), code }] };
}

/** R4 `Quantity` in UCUM. */
export function quantity(value: number, unit: string) {
  return { value, unit, system: SYSTEM.ucum, code: unit };
}

/** R4 `Reference` by type and id. */
export function reference(target: SampleResource, display?: string) {
  const literal = `${target.resourceType}/${target.id}`;
  return display === undefined ? { reference: literal } : { reference: literal, display };
}

/** R4 `Identifier` of the sample hospital. */
export function identifier(kind: string, value: string) {
  return { system: `${HOSPITAL}/${kind}`, value };
}

/** To as many decimals as a device would show. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
