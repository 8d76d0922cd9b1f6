import { WarmfhirError } from '../errors.ts';
import { assertTenantId } from '../tenant/tenant-id.ts';
import type { ApiRequest } from './api-context.ts';

/**
 * The tenant that path, `X-Tenant-ID` header and, where a route has one, body name alike.
 * Throws `tenant-id-missing`, `tenant-id-invalid`, `tenant-ambiguous`.
 */
export function tenantOf(request: ApiRequest, inBody?: string): string {
  const inPath = request.params.tenant;
  const inHeader = request.raw.headers['x-tenant-id'] as string | undefined;
  const tenant = inPath ?? inHeader ?? inBody;
  if (tenant === undefined) {
    throw new WarmfhirError(
      'tenant-id-missing',
      'The request names no tenant: put it into the path (/tenants/<id>/…) or into the header X-Tenant-ID.',
    );
  }
  assertTenantId(tenant);
  if (inHeader !== undefined && inHeader !== tenant) throw differ(inHeader);
  if (inBody !== undefined && inBody !== tenant) throw differ(inBody);
  return tenant;
}

/** Which of the two ways of naming the tenant the client uses: links in replies use the same. */
export function namesTenantInPath(request: ApiRequest): boolean {
  return request.params.tenant !== undefined;
}

function differ(other: string): WarmfhirError {
  assertTenantId(other);
  return new WarmfhirError('tenant-ambiguous');
}
