import type { TenantRecord } from '../tenant-registry.ts';
import { databaseBytes, type StoreFolder } from './store-folder.ts';

/** Bytes of all overlays on disk. */
export function overlayBytes(folder: StoreFolder, tenants: readonly TenantRecord[]): number {
  const changed = tenants.filter((tenant) => tenant.overlay);
  return changed.reduce((total, tenant) => total + databaseBytes(folder.overlay(tenant.id)), 0);
}
