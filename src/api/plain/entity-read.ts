import type { TenantRoute } from '../route.ts';
import { entity } from './entity.ts';

/** `GET /encounters/:id` and its like. */
export function entityReadRoute(path: string, type: string): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: `${path}/:id`,
    handle(collection, request) {
      const document = collection.get(type, request.params.id!);
      return document instanceof Promise ? document.then(entity) : entity(document);
    },
  };
}
