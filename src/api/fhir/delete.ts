import { etag, expectedVersion } from '../../fhir/entity-tag.ts';
import type { ApiContext } from '../api-context.ts';
import type { TenantRoute } from '../route.ts';

/** `DELETE /fhir/:type/:id`: 204 also where there is nothing to delete, so that it can be repeated. */
export function deleteRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'DELETE',
    path: '/fhir/:type/:id',
    capability: { interactions: ['delete'] },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const ifMatch = expectedVersion(request.headers['if-match']);
      const [result] = await collection.write(
        [{ kind: 'delete', type: type!, id: id!, ...(ifMatch === undefined ? {} : { ifMatch }) }],
        api.clock.now(),
      );
      if (result?.status === 'deleted') reply.header('etag', etag(result.document.version));
      reply.code(204);
      return '';
    },
  };
}
