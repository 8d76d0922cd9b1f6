import { outcomeInEntry } from '../../fhir/outcome.ts';
import type { EntryRequest } from '../../transaction/entry-request.ts';
import { statusLine } from '../../transaction/transaction-response.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import type { InnerReply, InnerRequest } from '../dispatch.ts';
import { namesTenantInPath } from '../request-tenant.ts';

/** Headers of a Bundle's request that its entries are under too: who asks, for which tenant, by which address, and how. */
const INHERITED = [
  'host',
  'x-tenant-id',
  'authorization',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'prefer',
];

/** The request that an entry stands for, addressed like that of the Bundle. */
export function innerRequest(
  outer: ApiRequest,
  { method, url, headers }: EntryRequest,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array } = {},
): InnerRequest {
  const inherited = INHERITED.flatMap((name) => {
    const value = outer.raw.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const root = namesTenantInPath(outer) ? `/tenants/${outer.params.tenant}/fhir` : '/fhir';
  return {
    method,
    url: `${root}/${url}`,
    headers: {
      ...Object.fromEntries(inherited),
      accept: 'application/fhir+json',
      ...(headers as Record<string, string>),
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { body: more.body }),
  };
}

/** The answer to the entry at a position, as JSON text of an entry. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response */
export function responseEntry(api: ApiContext, outer: ApiRequest, index: number, reply: InnerReply): string {
  const { status, headers, body, modified } = reply;
  const base = fhirBaseUrl(api, outer);
  const { location, etag } = headers;
  const response = JSON.stringify({
    status: statusLine(status),
    ...(location === undefined ? {} : { location: location.replace(`${base}/`, '') }),
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
  });
  if (body === '') return `{"response":${response}}`;
  // What is no resource asked for is about the request.
  if (status >= 400) return `{"response":${response.slice(0, -1)},"outcome":${outcomeInEntry(body, index)}}}`;
  const isOutcome = body.startsWith('{"resourceType":"OperationOutcome"');
  if (isOutcome) return `{"response":${response.slice(0, -1)},"outcome":${body}}}`;
  return `{"resource":${body},"response":${response}}`;
}
