import { WarmfhirError } from '../errors.ts';

/** The version that a document must have, or `any` where it only has to exist. */
export type ExpectedVersion = number | 'any';

/** `W/"3"`. See https://hl7.org/fhir/R4/http.html#versioning */
export function etag(version: number): string {
  return `W/"${version}"`;
}

/**
 * The version that an `If-Match` expects; `*` is any. Throws `parameter-invalid` for anything but one ETag, and
 * `version-conflict` for an ETag that no version has. https://hl7.org/fhir/R4/http.html#concurrency
 */
export function expectedVersion(header: string | undefined): ExpectedVersion | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(header.trim());
  if (tag === null) throw new WarmfhirError('parameter-invalid', 'If-Match is one ETag, for example W/"3".');
  if (!/^[1-9]\d{0,14}$/.test(tag[1]!)) {
    throw new WarmfhirError(
      'version-conflict',
      `No resource has the version ${tag[1]}: versions are numbers.`,
    );
  }
  return Number(tag[1]);
}

/** Whether an `If-None-Match: *` says that there must be nothing yet. Throws `parameter-invalid` for anything else. */
export function mustBeAbsent(header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  throw new WarmfhirError('parameter-invalid', 'If-None-Match of a write is *.');
}
