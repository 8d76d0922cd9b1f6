import { WarmfhirError } from '../../../errors.ts';
import { Compartment } from '../../../fhir/compartment/compartment.ts';
import { isResourceType } from '../../../fhir/resource-type.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { fhirBaseUrl } from '../../base-url.ts';
import type { TenantRoute } from '../../route.ts';
import { type SearchPlace, search } from './search.ts';

/**
 * `GET /fhir/:type/:id/:member`: what belongs to one resource, of one type or, with `*`, of all types; and the same by
 * POST to its `_search`. https://hl7.org/fhir/R4/http.html#vsearch
 */
export function compartmentSearchRoutes(api: ApiContext): readonly TenantRoute[] {
  return [
    {
      scope: 'tenant',
      method: 'GET',
      path: '/fhir/:type/:id/:member',
      handle: (collection, request) =>
        search(api, collection, request, { ...placeOf(api, request), body: false }),
    },
    {
      scope: 'tenant',
      method: 'POST',
      path: '/fhir/:type/:id/:member/_search',
      handle: (collection, request) =>
        search(api, collection, request, { ...placeOf(api, request), body: true }),
    },
  ];
}

function placeOf(api: ApiContext, request: ApiRequest): Omit<SearchPlace, 'body'> {
  const { type, id, member } = request.params;
  if (member !== '*' && !isResourceType(member!)) {
    throw new WarmfhirError('route-not-found', `There is nothing at ${type}/${id}/${member}.`);
  }
  const compartment = Compartment.of(type!, api.searchParameters);
  if (compartment === undefined) {
    throw new WarmfhirError('route-not-found', `R4 has no compartment for resources of type ${type}.`);
  }
  const types = member === '*' ? compartment.types : [member!];
  const of = { ids: [id!], bases: [fhirBaseUrl(api, request)] };
  if (compartment.criterion(types[0]!, of) === undefined) {
    throw new WarmfhirError('route-not-found', `R4 has no ${member} in the compartment of a ${type}.`);
  }
  return {
    path: `${type}/${id}/${member}`,
    types,
    within: (one) => compartment.criterion(one, of),
  };
}
