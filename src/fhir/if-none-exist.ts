import { WarmfhirError } from '../errors.ts';

/** What clients put in front of the criteria: a question mark, the type, or the whole address of a search. */
const ADDRESS = /^(?:https?:\/\/[^?=]*\/)?([A-Za-z]*)\?/;

/**
 * The criteria of a conditional create of a type, without what clients put in front of them.
 * See https://hl7.org/fhir/R4/http.html#ccreate
 *
 * @throws parameter-invalid where they are criteria of another type
 */
export function ifNoneExist(condition: string, type: string): string {
  const [address, named] = ADDRESS.exec(condition) ?? ['', ''];
  if (named !== '' && named !== type) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The criteria of a create of a ${type} are a search of ${type}, not of ${named}.`,
    );
  }
  return condition.slice(address.length);
}
