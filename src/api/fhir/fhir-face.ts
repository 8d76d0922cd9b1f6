import { WarmfhirError } from '../../errors.ts';
import { outcomeOfError } from '../../fhir/outcome.ts';
import type { Face } from '../face.ts';
import { acceptedMediaTypes, type MediaType } from '../media-type.ts';
import { prettyJson } from './pretty-json.ts';

/** Names of the JSON format, as `_format` and `Accept` may spell it: https://hl7.org/fhir/R4/http.html#mime-type */
const JSON_FORMATS: ReadonlySet<string> = new Set([
  'application/fhir+json',
  'application/json',
  'text/json',
  'json',
]);
/** The media types among them. */
export const JSON_MEDIA_TYPES = [...JSON_FORMATS].filter((format) => format.includes('/'));
const ANYTHING: ReadonlySet<string> = new Set(['*/*', 'application/*', '*']);

/** The API for FHIR clients: R4 in JSON, errors as OperationOutcome. */
export const fhirFace: Face = {
  contentType: 'application/fhir+json; charset=utf-8',

  requireAcceptable(request) {
    const format = request.query === '' ? null : new URLSearchParams(request.query).get('_format');
    if (format !== null && format !== '') {
      // A plus sign in a query stands for a space, and many clients do not escape it.
      if (acceptedMediaTypes(format.replaceAll(' ', '+')).some(isOffered)) return;
      throw new WarmfhirError(
        'media-type-not-acceptable',
        'The server answers in JSON only, not in _format.',
      );
    }
    const accept = request.raw.headers.accept;
    if (accept === undefined || accept === '*/*' || accept === 'application/fhir+json' || accept === '')
      return;
    if (!acceptedMediaTypes(accept).some(isOffered)) throw new WarmfhirError('media-type-not-acceptable');
  },

  present(request, body) {
    if (request.query === '' || body === '') return body;
    return new URLSearchParams(request.query).get('_pretty') === 'true' ? prettyJson(body) : body;
  },

  errorBody: (error, request) => fhirFace.present(request, outcomeOfError(error)),
};

function isOffered({ name, parameters }: MediaType): boolean {
  if (ANYTHING.has(name)) return true;
  return JSON_FORMATS.has(name) && isOfR4({ parameters });
}

/** Whether a media type is of R4, or of no version of FHIR in particular. */
export function isOfR4({ parameters }: Pick<MediaType, 'parameters'>): boolean {
  return /^(4\.0(\.\d+)?)?$/.test(parameters.get('fhirversion') ?? '');
}
