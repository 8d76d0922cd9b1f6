import type { TenantCollection } from '../collection/tenant-collection.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import { lastActivity } from './tenant-status.ts';

/** The right to use a tenant's collection. Whoever holds one calls `release` exactly once. */
export interface Lease {
  readonly collection: TenantCollection;
  release(): void;
}

/**
 * A tenant while it is warm in this process. It is its own lease: a request counts itself in and out, so the warm path
 * allocates nothing. A tenant that is deleted and made again gets a new object; requests in flight keep the old one.
 */
export class OpenTenant implements Lease {
  record: TenantRecord;
  collection: TenantCollection;
  /** The registry's revision that `record` was read under. */
  revision: number;
  /** The last request that is known, milliseconds since the epoch. */
  lastRequest: number;
  /** The part of it that the registry knows already. */
  recorded: number;
  /** True once this process no longer holds it although it is warm. */
  forgotten = false;
  #leases = 0;
  #drained: (() => void) | undefined;

  constructor(record: TenantRecord, collection: TenantCollection, revision: number) {
    this.record = record;
    this.collection = collection;
    this.revision = revision;
    this.lastRequest = lastActivity(record);
    this.recorded = this.lastRequest;
  }

  /** Counts one request in, at `now`. */
  lease(now: number): this {
    this.lastRequest = now;
    this.#leases += 1;
    return this;
  }

  /** True while no request is in flight and the registry knows of the last one. */
  get settled(): boolean {
    return this.#leases === 0 && this.recorded >= this.lastRequest;
  }

  release(): void {
    this.#leases -= 1;
    if (this.#leases === 0) this.#drained?.();
  }

  /** Resolves when the last request in flight has counted itself out. */
  drained(): Promise<void> {
    if (this.#leases === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Takes over a newer record of the same tenant, and what it says of requests to other processes. */
  refresh(record: TenantRecord, revision: number): void {
    this.record = record;
    this.revision = revision;
    this.recorded = Math.max(this.recorded, lastActivity(record));
    this.lastRequest = Math.max(this.lastRequest, this.recorded);
  }
}
