import { WarmfhirError } from '../../../errors.ts';
import { decoded } from '../../../fhir/patch/lexical-json.ts';
import type { ApiRequest } from '../../api-context.ts';
import { hasBody } from '../../json-body.ts';
import { isUtf8, mediaType } from '../../media-type.ts';
import { FORMAT, requireEncoded, requirePretty } from '../../query.ts';

export const FORM = 'application/x-www-form-urlencoded';

/** The parameters of one search as a client sent them, by what they are about. */
export interface SearchRequest {
  /** What is searched, and how it is given. */
  readonly search: readonly Parameter[];
  /** `_format` and `_pretty`: links carry them on, and page tokens are not bound to them. */
  readonly format: readonly Parameter[];
  /** Token of a page, `_page`. */
  readonly page?: string;
  /** Stands for a search that is too long for a link, `_kept`. */
  readonly kept?: string;
}

export type Parameter = readonly [name: string, value: string];

/**
 * The parameters of a search: those of the address, and those of a posted form after them.
 *
 * @param options.body whether the request's body is a form with parameters
 * @throws media-type-unsupported for a body that is no form in UTF-8, encoding-invalid, parameter-invalid for a page that is given
 * twice, an encoding that is none, and a `_pretty` that is neither true nor false
 */
export function searchRequest(request: ApiRequest, options: { readonly body: boolean }): SearchRequest {
  const sent = [...new URLSearchParams(request.query)];
  if (options.body && hasBody(request)) sent.push(...form(request));
  const once = new Map<string, string>();
  for (const [name, value] of sent) {
    if (name !== '_page' && name !== '_kept') continue;
    if (once.has(name)) throw new WarmfhirError('parameter-invalid', `The parameter ${name} is given twice.`);
    once.set(name, value);
  }
  const [page, kept] = [once.get('_page'), once.get('_kept')];
  return {
    search: sent.filter(([name]) => !(once.has(name) || FORMAT.has(name))),
    format: sent.filter(([name]) => FORMAT.has(name)),
    ...(page !== undefined && { page }),
    ...(kept !== undefined && { kept }),
  };
}

function form(request: ApiRequest): URLSearchParams {
  const type = mediaType(request.headers['content-type'] ?? '');
  if (type.name !== FORM) {
    throw new WarmfhirError('media-type-unsupported', `A search is posted as Content-Type: ${FORM}.`);
  }
  if (!isUtf8(type))
    throw new WarmfhirError('media-type-unsupported', 'The server reads forms in UTF-8 only.');
  const text = decoded(request.body!);
  requireEncoded(text);
  const sent = new URLSearchParams(text);
  requirePretty(sent);
  return sent;
}

/** Parameters as the query of a link: as readable as RFC 3986 allows. */
export function queryText(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
}

const PLAIN = /^[\w.,:/$~-]*$/;

function encoded(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replaceAll(/%(2C|2F|3A|24)/g, decodeURIComponent);
}
