import type { ApiContext } from '../../api-context.ts';
import type { TenantRoute } from '../../route.ts';
import { search } from './search.ts';

/** `GET /fhir?_type=…`, and `GET` and `POST /fhir/_search`. https://hl7.org/fhir/R4/http.html#search */
export function systemSearchRoutes(api: ApiContext): readonly TenantRoute[] {
  const byGet = ['/fhir', '/fhir/_search'].map(
    (path): TenantRoute => ({
      scope: 'tenant',
      method: 'GET',
      path,
      capability: { systemInteractions: ['search-system'] },
      handle: (collection, request) => search(api, collection, request, { path: '', body: false }),
    }),
  );
  const byPost: TenantRoute = {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir/_search',
    handle: (collection, request) => search(api, collection, request, { path: '', body: true }),
  };
  return [...byGet, byPost];
}
