import { type ExpectedVersion, expectedVersion } from '../../fhir/entity-tag.ts';
import type { ApiRequest } from '../api-context.ts';

/** What `If-Match` asks of a write; nothing where it is absent. Throws `parameter-invalid`, `version-conflict`. */
export function ifMatchOf({ headers }: ApiRequest): { readonly ifMatch?: ExpectedVersion } {
  const ifMatch = expectedVersion(headers['if-match']);
  return ifMatch === undefined ? {} : { ifMatch };
}
