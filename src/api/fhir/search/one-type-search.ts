import type { ApiContext } from '../../api-context.ts';
import type { TenantRoute } from '../../route.ts';
import { search } from './search.ts';

/** `GET /fhir/:type` and `POST /fhir/:type/_search`. https://hl7.org/fhir/R4/http.html#search */
export function typeSearchRoutes(api: ApiContext): readonly TenantRoute[] {
  return [
    {
      scope: 'tenant',
      method: 'GET',
      path: '/fhir/:type',
      capability: { interactions: ['search-type'] },
      handle: (collection, request) => {
        const type = request.params.type!;
        return search(api, collection, request, { path: type, types: [type], body: false });
      },
    },
    {
      scope: 'tenant',
      method: 'POST',
      path: '/fhir/:type/_search',
      handle: (collection, request) => {
        const type = request.params.type!;
        return search(api, collection, request, { path: type, types: [type], body: true });
      },
    },
  ];
}
