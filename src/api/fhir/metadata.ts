import { capabilityStatement } from '../../fhir/capability-statement.ts';
import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { tenantOf } from '../request-tenant.ts';
import type { Route, ServerRoute } from '../route.ts';

/**
 * `GET /fhir/metadata`: what the server can do. It needs no tenant, warm or otherwise.
 *
 * @param served all routes that speak FHIR
 */
export function metadataRoute(api: ApiContext, served: readonly Route[]): ServerRoute {
  const capabilities = served.flatMap(({ capability }) => (capability === undefined ? [] : [capability]));
  const date = new Date(api.startedAt).toISOString();
  return {
    scope: 'server',
    method: 'GET',
    path: '/fhir/metadata',
    underTenant: true,
    handle(request) {
      if (request.params.tenant !== undefined) tenantOf(request);
      const url = fhirBaseUrl(api, request);
      return JSON.stringify(capabilityStatement({ version: api.version, url, date, capabilities }));
    },
  };
}
