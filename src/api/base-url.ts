import { WarmfhirError } from '../errors.ts';
import type { ApiContext, ApiRequest } from './api-context.ts';
import { namesTenantInPath } from './request-tenant.ts';

/** A name or address and a port: anything else in a Host header has no place in the links of a reply. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * The FHIR base URL as the client addresses it, without a slash at the end: with the tenant in the path if that is
 * where the client put it. Throws `parameter-invalid` for a Host header that is none.
 */
export function fhirBaseUrl({ publicUrl }: ApiContext, request: ApiRequest): string {
  const root = publicUrl ?? hostUrl(request);
  return namesTenantInPath(request) ? `${root}/tenants/${request.params.tenant}/fhir` : `${root}/fhir`;
}

function hostUrl({ raw }: ApiRequest): string {
  const host = raw.headers.host ?? `${raw.socket.localAddress}:${raw.socket.localPort}`;
  if (!HOST.test(host)) throw new WarmfhirError('parameter-invalid', 'The Host header names no host.');
  return `http://${host}`;
}
