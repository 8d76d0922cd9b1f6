import type { ApiContext } from '../api-context.ts';
import { hasBody, jsonBody } from '../json-body.ts';
import { tenantOf } from '../request-tenant.ts';
import type { ServerRoute } from '../route.ts';
import { tenantBody } from './warm-up.ts';

/** `POST /cool-down-tenant`: answers when the tenant's requests in flight are done and it is cold. */
export function coolDownRoute({ tenants }: ApiContext): ServerRoute {
  return {
    scope: 'server',
    method: 'POST',
    path: '/cool-down-tenant',
    underTenant: true,
    async handle(request) {
      const body = hasBody(request) ? jsonBody(request, tenantBody) : {};
      return JSON.stringify(await tenants.coolDown(tenantOf(request, body.tenant)));
    },
  };
}
