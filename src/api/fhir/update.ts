import { expectedVersion } from '../../fhir/entity-tag.ts';
import type { ApiContext } from '../api-context.ts';
import { jsonBytes } from '../json-body.ts';
import type { TenantRoute } from '../route.ts';
import { writeReply } from './write-reply.ts';

/** `PUT /fhir/:type/:id`: replaces the resource, or makes it under the client's id. It clears a review. */
export function updateRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PUT',
    path: '/fhir/:type/:id',
    capability: { interactions: ['update'], support: { updateCreate: true } },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const ifMatch = expectedVersion(request.headers['if-match']);
      const expected = { type: type!, id: id!, assignId: false };
      const content = await api.check.check(jsonBytes(request), expected);
      const [result] = await collection.write(
        [{ kind: 'put', content, ...(ifMatch === undefined ? {} : { ifMatch }) }],
        api.clock.now(),
      );
      return writeReply(api, result, request, reply);
    },
  };
}
