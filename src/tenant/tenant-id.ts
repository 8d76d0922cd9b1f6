import { WarmfhirError } from '../errors.ts';

const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** True for 1 to 63 characters of `[a-z0-9_-]` that start with a letter or digit. */
export function isTenantId(id: string): boolean {
  return TENANT_ID.test(id);
}

/** Throws `tenant-id-invalid`, whose sentence names the rule. */
export function assertTenantId(id: string): void {
  if (!isTenantId(id)) throw new WarmfhirError('tenant-id-invalid');
}
