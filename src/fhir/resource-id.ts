const RESOURCE_ID = /^[A-Za-z0-9.-]{1,64}$/;

/**
 * R4's rule for logical ids, less the two names that mean a folder in a URL.
 * See https://hl7.org/fhir/R4/datatypes.html#id
 */
export function isResourceId(id: string): boolean {
  return RESOURCE_ID.test(id) && id !== '.' && id !== '..';
}
