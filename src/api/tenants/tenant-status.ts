import type { ApiContext } from '../api-context.ts';
import { tenantOf } from '../request-tenant.ts';
import type { ServerRoute } from '../route.ts';

/** `GET /tenant-status`: the state of the tenant that asks, warm or not. It does not count as activity. */
export function tenantStatusRoute({ tenants }: ApiContext): ServerRoute {
  return {
    scope: 'server',
    method: 'GET',
    path: '/tenant-status',
    underTenant: true,
    handle: async (request) => JSON.stringify(await tenants.status(tenantOf(request))),
  };
}
