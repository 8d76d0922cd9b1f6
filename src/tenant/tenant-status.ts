import { collectionName } from '../collection/tenant-collection.ts';
import type { TenantRecord, TenantUsage } from '../store/tenant-registry.ts';
import type { TenantState } from './tenant-state.ts';

/** The answer to a warm-up, member for member; times are ISO instants. */
export interface WarmUp {
  readonly tenant: string;
  readonly status: 'warm';
  readonly collection: string;
  readonly generation: number;
  /** True for the one call that made the tenant. */
  readonly created: boolean;
  readonly warmedAt: string;
  /** When it goes cold if no request comes. */
  readonly coldAt: string;
  readonly warmUpMs: number;
}

/** What an operator sees of a tenant; times are ISO instants, and all but the first two are null for an unknown one. */
export interface TenantStatus {
  readonly tenant: string;
  readonly status: TenantState;
  readonly collection: string | null;
  readonly generation: number | null;
  /** When the tenant was made. */
  readonly created: string | null;
  /** When it was last warmed; null since it was cooled on request. */
  readonly warmedAt: string | null;
  readonly lastRequest: string | null;
  /** When it goes cold, or went cold by itself; null since it was cooled on request. */
  readonly coldAt: string | null;
  readonly documentsChanged: number | null;
  /** Bytes on disk beyond its registry record. */
  readonly bytes: number | null;
}

/** The last sign of life that a record knows of, milliseconds since the epoch; a warm-up is one too. */
export function lastActivity(record: TenantRecord): number {
  return Math.max(record.warmedAt ?? 0, record.lastRequest ?? 0);
}

/** True while the registry counts the tenant as warm at `now`. */
export function isWarm(record: TenantRecord, now: number, idleTimeoutMs: number): boolean {
  return record.warmedAt !== null && now - lastActivity(record) < idleTimeoutMs;
}

export function unknownTenant(id: string): TenantStatus {
  return {
    tenant: id,
    status: 'cold',
    collection: null,
    generation: null,
    created: null,
    warmedAt: null,
    lastRequest: null,
    coldAt: null,
    documentsChanged: null,
    bytes: null,
  };
}

/**
 * @param lastRequest the last request that this process knows of, which may not have been recorded yet; 0 for none
 */
export function tenantStatus(
  record: TenantRecord,
  usage: TenantUsage,
  status: TenantState,
  lastRequest: number,
  idleTimeoutMs: number,
): TenantStatus {
  const last = Math.max(record.lastRequest ?? 0, lastRequest);
  const activity = Math.max(lastActivity(record), last);
  return {
    tenant: record.id,
    status,
    collection: collectionName(record.id),
    generation: record.generation,
    created: instant(record.createdAt),
    warmedAt: record.warmedAt === null ? null : instant(record.warmedAt),
    lastRequest: last === 0 ? null : instant(last),
    coldAt: record.warmedAt === null ? null : instant(activity + idleTimeoutMs),
    documentsChanged: usage.documentsChanged,
    bytes: usage.bytes,
  };
}

/** Milliseconds since the epoch as an ISO instant. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
