import { WarmfhirError } from '../../errors.ts';
import type { Face } from '../face.ts';
import { acceptedMediaTypes } from '../media-type.ts';
import { tenantOf } from '../request-tenant.ts';

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/fhir+json',
  'text/json',
  'application/*',
  '*/*',
]);

/** The API for back ends: plain JSON, errors as `{"error":code,"message":sentence}`. */
export const plainFace: Face = {
  contentType: 'application/json; charset=utf-8',

  requireAcceptable(request) {
    const accept = request.raw.headers.accept;
    if (accept === undefined || accept === '*/*' || accept === 'application/json' || accept === '') return;
    if (!acceptedMediaTypes(accept).some(({ name }) => JSON_TYPES.has(name))) {
      throw new WarmfhirError('media-type-not-acceptable');
    }
  },

  present: (_request, body) => body,

  errorBody(error, request) {
    const { code, detail } = error;
    if (code !== 'tenant-cold') return JSON.stringify({ error: code, message: detail });
    return JSON.stringify({ error: code, message: detail, tenant: tenantOf(request), status: 'cold' });
  },
};
