import { REVIEW_DEFINITION, reviewDefinition } from '../../fhir/review-definition.ts';
import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { tenantOf } from '../request-tenant.ts';
import type { ServerRoute } from '../route.ts';

/**
 * `GET /fhir/metadata/OperationDefinition/review`: the definition that the CapabilityStatement names for `$review`. It lies
 * beside the statement, because what lies under `/fhir/OperationDefinition` is the tenant's own.
 */
export function reviewDefinitionRoute(api: ApiContext): ServerRoute {
  const date = new Date(api.startedAt).toISOString();
  return {
    scope: 'server',
    method: 'GET',
    path: `/fhir${REVIEW_DEFINITION}`,
    parameters: [],
    underTenant: true,
    handle(request) {
      if (request.params.tenant !== undefined) tenantOf(request);
      return JSON.stringify(reviewDefinition({ version: api.version, url: fhirBaseUrl(api, request), date }));
    },
  };
}
