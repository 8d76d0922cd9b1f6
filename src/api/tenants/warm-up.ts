import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { hasBody, jsonBody } from '../json-body.ts';
import { tenantOf } from '../request-tenant.ts';
import type { ServerRoute } from '../route.ts';

export const tenantBody = z.strictObject({ tenant: z.string().optional() });

/** `POST /warm-up-tenant`: makes the tenant if it is new, and warms it. */
export function warmUpRoute({ tenants }: ApiContext): ServerRoute {
  return {
    scope: 'server',
    method: 'POST',
    path: '/warm-up-tenant',
    underTenant: true,
    async handle(request) {
      const body = hasBody(request) ? jsonBody(request, tenantBody) : {};
      return JSON.stringify(await tenants.warmUp(tenantOf(request, body.tenant)));
    },
  };
}
