import type { Clock } from '../clock.ts';
import type { TenantCollectionManager } from '../collection/tenant-collection-manager.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import type { ActivityRecorder } from './activity-recorder.ts';
import { OpenTenant } from './open-tenant.ts';
import { Tenant } from './tenant.ts';
import { isWarm } from './tenant-status.ts';

export interface WarmTenantsOptions {
  /** By id; everything that is not cold. */
  readonly tenants: Map<string, Tenant>;
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly recorder: ActivityRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleTimeoutMs: number;
  readonly maxWarm: number;
}

/**
 * The tenants that this process holds, kept in line with the registry: opens what the registry calls warm, lets go of
 * what went cold, was cooled or deleted anywhere, and keeps their number within the limit.
 */
export class WarmTenants {
  readonly #tenants: Map<string, Tenant>;
  readonly #store: Store;
  readonly #collections: TenantCollectionManager;
  readonly #recorder: ActivityRecorder;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #idleTimeoutMs: number;
  readonly #maxWarm: number;
  #open = 0;

  constructor(options: WarmTenantsOptions) {
    this.#tenants = options.tenants;
    this.#store = options.store;
    this.#collections = options.collections;
    this.#recorder = options.recorder;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#maxWarm = options.maxWarm;
  }

  /**
   * Reads the tenant's record and acts on it: the open tenant if it is warm, else undefined. Without a promise where
   * the registry answers without one. Another process may have recorded a request that this one did not see, so
   * nothing is taken for idle without this look.
   */
  look(id: string): OpenTenant | undefined | Promise<OpenTenant | undefined> {
    const before = this.#tenants.get(id)?.open;
    const revision = this.#store.tenants.revision();
    const record = this.#store.tenants.get(id);
    return record instanceof Promise
      ? record.then((found) => this.#reconcile(id, before, found, revision))
      : this.#reconcile(id, before, record, revision);
  }

  /** Marks a tenant as warm here, under a record that was read at `revision` or later. */
  open(tenant: Tenant, record: TenantRecord, revision: number): OpenTenant {
    const open = new OpenTenant(record, this.#collections.getTenantCollection(record), revision);
    tenant.open = open;
    this.#open += 1;
    return open;
  }

  /**
   * Begins to cool a tenant: it takes no further requests, and is cold once those in flight are done.
   *
   * @param durable what must also have ended before it counts as cold
   */
  cool(tenant: Tenant, durable?: Promise<unknown>): void {
    const { open } = tenant;
    tenant.apply('cool-down');
    if (open === undefined) {
      this.#forgetCold(tenant);
      return;
    }
    tenant.open = undefined;
    this.#open -= 1;
    tenant.cooling = Promise.allSettled([durable, this.#drain(open)]).then((results) => {
      for (const result of results) {
        if (result.status === 'rejected') {
          this.#log.warn({ err: result.reason, tenant: tenant.id }, 'A tenant could not be cooled cleanly.');
        }
      }
      tenant.cooling = undefined;
      tenant.apply('cooled');
      this.#forgetCold(tenant);
    });
  }

  /** Cools the longest-idle tenants, for all processes, while more than the limit are warm; never `newest`. */
  async makeRoom(newest: Tenant): Promise<void> {
    try {
      while (this.#open > this.#maxWarm) {
        const tenant = this.#longestIdle(newest);
        const open = tenant?.open;
        if (tenant === undefined || open === undefined) return;
        const { lastRequest } = open;
        await this.look(tenant.id);
        // Another process may have used it more recently, or it went cold by itself: then choose again.
        if (tenant.open === open && open.lastRequest === lastRequest) {
          this.cool(tenant, this.#store.tenants.cool(tenant.id));
        }
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'More tenants are warm than allowed, and none could be cooled.');
    }
  }

  /** The tenants that are warm here. */
  *all(): Iterable<OpenTenant> {
    for (const { open } of this.#tenants.values()) {
      if (open !== undefined) yield open;
    }
  }

  #reconcile(
    id: string,
    before: OpenTenant | undefined,
    record: TenantRecord | undefined,
    revision: number,
  ): OpenTenant | undefined {
    const tenant = this.#tenants.get(id);
    // Opened or let go while the record was on its way: what happened here is newer.
    if (tenant?.open !== before) return tenant?.open;
    const now = this.#clock.now();
    const warm = record !== undefined && isWarm(record, now, this.#idleTimeoutMs) ? record : undefined;
    if (tenant === undefined || before === undefined) {
      return warm === undefined ? undefined : this.#adopt(tenant ?? new Tenant(id), warm, revision);
    }
    if (record?.serial === before.record.serial) {
      this.#refresh(before, record, revision);
      if (record.warmedAt !== null && now - before.lastRequest < this.#idleTimeoutMs) return before;
    } else if (warm !== undefined) {
      return this.#replace(tenant, before, warm, revision);
    }
    this.cool(tenant);
    return undefined;
  }

  #refresh(open: OpenTenant, record: TenantRecord, revision: number): void {
    const { overlay, generation } = open.record;
    open.refresh(record, revision);
    if (overlay !== record.overlay || generation !== record.generation) {
      open.collection = this.#collections.getTenantCollection(record);
    }
  }

  /** Takes over a tenant that the registry calls warm, through another process or an earlier run of this one. */
  #adopt(tenant: Tenant, record: TenantRecord, revision: number): OpenTenant | undefined {
    if (!tenant.leadsTo('adopt', 'warm')) return undefined;
    tenant.apply('adopt');
    this.#tenants.set(tenant.id, tenant);
    const open = this.open(tenant, record, revision);
    void this.makeRoom(tenant);
    return open;
  }

  /** The tenant was deleted and made again: requests in flight keep the old one until they are done. */
  #replace(tenant: Tenant, old: OpenTenant, record: TenantRecord, revision: number): OpenTenant {
    this.#open -= 1;
    const open = this.open(tenant, record, revision);
    this.#drain(old).catch((error: unknown) => {
      this.#log.warn({ err: error, tenant: tenant.id }, 'A deleted tenant could not be closed.');
    });
    return open;
  }

  /** Waits for the requests in flight and closes what is open for the tenant. */
  async #drain(open: OpenTenant): Promise<void> {
    await this.#recorder.record(open);
    await open.drained();
    await this.#store.release(open.record);
  }

  #longestIdle(except: Tenant): Tenant | undefined {
    let longest: Tenant | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const tenant of this.#tenants.values()) {
      if (tenant === except || tenant.open === undefined || tenant.open.lastRequest >= since) continue;
      longest = tenant;
      since = tenant.open.lastRequest;
    }
    return longest;
  }

  /** Cold tenants take no memory, but one that is about to be warmed stays. */
  #forgetCold(tenant: Tenant): void {
    if (tenant.state === 'cold' && tenant.warmUp === undefined) this.#tenants.delete(tenant.id);
  }
}
