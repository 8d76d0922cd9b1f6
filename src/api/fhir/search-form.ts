import { WarmfhirError } from '../../errors.ts';
import { parseJson } from '../../fhir/parse-json.ts';
import { decoded } from '../../fhir/patch/lexical-json.ts';
import { parametersBody } from './search/parameters-body.ts';
import { FORM } from './search/search-request.ts';

/**
 * The form of a posted search that an entry of a Bundle brings: a Parameters resource, or what a Binary holds.
 *
 * @throws encoding-invalid, json-malformed, body-invalid, media-type-unsupported
 */
export function searchForm(resource: Uint8Array): { readonly type: string; readonly body: Uint8Array } {
  const value = parseJson(decoded(resource)) as {
    readonly resourceType?: unknown;
    readonly contentType?: unknown;
    readonly data?: unknown;
  } | null;
  if (value?.resourceType === 'Binary' && typeof value.data === 'string') {
    if (value.contentType === FORM) return { type: FORM, body: Buffer.from(value.data, 'base64') };
    throw new WarmfhirError(
      'media-type-unsupported',
      `A Binary that is posted to _search has the contentType ${FORM}.`,
    );
  }
  const { success, data } = parametersBody.safeParse(value);
  if (!success) {
    throw new WarmfhirError(
      'body-invalid',
      'A search brings nothing, Parameters with primitive values, or a Binary with data.',
    );
  }
  const form = new URLSearchParams(data.parameter.map((one) => [one.name, one.value]));
  return { type: FORM, body: Buffer.from(form.toString()) };
}
