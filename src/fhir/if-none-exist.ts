import { WarmfhirError } from '../errors.ts';

/** What clients put in front of the criteria: a question mark, the type, or the whole address of a search. */
const ADDRESS = /^(?:https?:\/\/([^?=]*)\/)?([A-Za-z]*)\?/;

/**
 * The criteria of a conditional create of a type, without what clients put in front of them.
 * See https://hl7.org/fhir/R4/http.html#ccreate
 *
 * @param bases base URLs of the server, without a slash at the end; whether by http or https is all the same
 * @throws parameter-invalid where they are criteria of another type, or of another server
 */
export function ifNoneExist(condition: string, type: string, bases: readonly string[]): string {
  const [address = '', base, named = ''] = ADDRESS.exec(condition) ?? [];
  if (base !== undefined && !bases.some((one) => one.slice(one.indexOf('://') + 3) === base)) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The criteria of a create are a search of ${bases.join(' or ')}, not of another server.`,
    );
  }
  if (named !== '' && named !== type) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The criteria of a create of a ${type} are a search of ${type}, not of ${named}.`,
    );
  }
  return condition.slice(address.length);
}
