import type { ApiContext } from '../api-context.ts';
import type { ServerRoute } from '../route.ts';

/** `GET /tenants`: the state of all tenants, by id. */
export function tenantListRoute({ tenants }: ApiContext): ServerRoute {
  return {
    scope: 'server',
    method: 'GET',
    path: '/tenants',
    underTenant: false,
    handle: async () => JSON.stringify({ tenants: await tenants.list() }),
  };
}
