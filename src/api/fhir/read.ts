import type { ApiContext } from '../api-context.ts';
import type { TenantRoute } from '../route.ts';
import { binaryReply, requireAcceptableRead } from './binary-reply.ts';
import { documentReply } from './document-reply.ts';
import { SUBSET_PARAMETERS } from './subset-request.ts';

/** `GET /fhir/:type/:id`. The hottest route: where the store answers at once, so does it. */
export function readRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: '/fhir/:type/:id',
    parameters: SUBSET_PARAMETERS,
    requireAcceptable: requireAcceptableRead,
    capability: { interactions: ['read'], support: { conditionalRead: 'full-support' } },
    handle(collection, request, reply) {
      const { type, id } = request.params;
      const document = collection.get(type!, id!);
      if (type === 'Binary') return binaryReply(api, document, request, reply);
      return document instanceof Promise
        ? document.then((read) => documentReply(api, read, request, reply))
        : documentReply(api, document, request, reply);
    },
  };
}
