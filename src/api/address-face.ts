import type { Face } from './face.ts';
import { fhirFace } from './fhir/fhir-face.ts';
import { plainFace } from './plain/plain-face.ts';

const FHIR_ADDRESS = /^(?:\/tenants\/[^/?]*)?\/fhir(?:[/?]|$)/;

/** The face that an address belongs to, whether or not there is anything at it. */
export function faceOf(url: string): Face {
  return FHIR_ADDRESS.test(url) ? fhirFace : plainFace;
}
