import type { FastifyReply } from 'fastify';
import { etag } from '../../fhir/entity-tag.ts';
import { operationOutcome } from '../../fhir/outcome.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import type { TenantRoute } from '../route.ts';
import { findMatches, untilSettled } from './criteria.ts';
import { ifMatchOf } from './if-match.ts';
import { chosenReturn } from './preference.ts';

/** `DELETE /fhir/:type/:id`: 204 also where there is nothing to delete, so that it can be repeated. */
export function deleteRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'DELETE',
    path: '/fhir/:type/:id',
    parameters: [],
    capability: { interactions: ['delete'] },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const [result] = await collection.write(
        [{ kind: 'delete', type: type!, id: id!, ...ifMatchOf(request) }],
        api.clock.now(),
      );
      if (result?.status === 'deleted') reply.header('etag', etag(result.document.version));
      return deleteReply(request, reply, result?.status === 'deleted' ? 1 : 0);
    },
  };
}

/**
 * `DELETE /fhir/:type?criteria`: deletes all that match, in one transaction.
 * https://hl7.org/fhir/R4/http.html#3.1.0.7.1
 */
export function conditionalDeleteRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'DELETE',
    path: '/fhir/:type',
    capability: { support: { conditionalDelete: 'multiple' } },
    async handle(collection, request, reply) {
      const type = request.params.type!;
      const condition = ifMatchOf(request);
      const options = { all: true, bases: [fhirBaseUrl(api, request)] };
      const count = await untilSettled(async () => {
        const criteria = { type, query: request.query };
        const { ids, expectation } = await findMatches(api, collection, criteria, options);
        if (ids.length === 0) return 0;
        const deletes = ids.map((id) => ({ kind: 'delete', type, id, ...condition }) as const);
        await collection.write([expectation, ...deletes], api.clock.now());
        return ids.length;
      });
      return deleteReply(request, reply, count);
    },
  };
}

/** Nothing, or how much was deleted where the client asks for it. */
function deleteReply(request: ApiRequest, reply: FastifyReply, count: number): string {
  if (chosenReturn(request) !== 'operationoutcome') {
    reply.code(204);
    return '';
  }
  const diagnostics = count === 0 ? 'There was nothing to delete.' : `Deleted: ${count}.`;
  return operationOutcome({ severity: 'information', code: 'informational', diagnostics });
}
