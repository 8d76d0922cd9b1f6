import { WarmfhirError } from '../../errors.ts';
import { resourceHead } from '../../source/bundle-entry.ts';
import type { ApiRequest } from '../api-context.ts';
import { hasBody, jsonBytes } from '../json-body.ts';
import { mediaType } from '../media-type.ts';

/**
 * The resource that a create or update brings, as JSON in UTF-8. Bytes of any other type that are sent to Binary become
 * one. https://hl7.org/fhir/R4/binary.html#rest
 *
 * @throws media-type-unsupported, body-invalid
 */
export function resourceBytes(request: ApiRequest): Buffer {
  const { type, id } = request.params;
  if (type !== 'Binary' || !isContent(request)) return jsonBytes(request);
  if (!hasBody(request)) throw new WarmfhirError('body-invalid', 'The request has no body.');
  const context = request.headers['x-security-context'];
  return Buffer.from(
    JSON.stringify({
      resourceType: 'Binary',
      ...(id === undefined ? {} : { id }),
      contentType: request.headers['content-type'],
      ...(typeof context === 'string' ? { securityContext: { reference: context } } : {}),
      data: request.body!.toString('base64'),
    }),
  );
}

/** Whether the body is what the Binary is to hold, and not a resource. */
function isContent(request: ApiRequest): boolean {
  const { name } = mediaType(request.headers['content-type'] ?? '');
  if (name === '' || name === 'application/fhir+json' || name === 'application/fhir+xml') return false;
  // JSON may be either.
  return name !== 'application/json' || !hasBody(request) || resourceHead(request.body!).type !== 'Binary';
}
