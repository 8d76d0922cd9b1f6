import { WarmfhirError } from '../errors.ts';
import { parseJson } from '../fhir/parse-json.ts';
import { decoded } from '../fhir/patch/lexical-json.ts';

export const JSON_PATCH = 'application/json-patch+json';

/**
 * The patch that an entry of a Bundle brings: a Parameters resource as it is, or what a Binary holds.
 * https://hl7.org/fhir/R4/http.html#patch
 *
 * @throws encoding-invalid, json-malformed, body-invalid, media-type-unsupported
 */
export function patchBody(resource: Uint8Array): { readonly type: string; readonly body: Uint8Array } {
  const value = parseJson(decoded(resource)) as {
    readonly resourceType?: unknown;
    readonly contentType?: unknown;
    readonly data?: unknown;
  } | null;
  if (value?.resourceType === 'Parameters') return { type: 'application/fhir+json', body: resource };
  if (value?.resourceType !== 'Binary' || typeof value.data !== 'string') {
    throw new WarmfhirError('body-invalid', 'A PATCH brings Parameters, or a Binary with data.');
  }
  if (value.contentType !== JSON_PATCH) {
    throw new WarmfhirError(
      'media-type-unsupported',
      `A Binary that is a patch has the contentType ${JSON_PATCH}.`,
    );
  }
  return { type: JSON_PATCH, body: Buffer.from(value.data, 'base64') };
}
