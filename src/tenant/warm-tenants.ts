import type { Clock } from '../clock.ts';
import type { TenantCollectionManager } from '../collection/tenant-collection-manager.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import type { ActivityRecorder } from './activity-recorder.ts';
import { OpenTenant } from './open-tenant.ts';
import { Tenant } from './tenant.ts';
import { isWarm, lastActivity } from './tenant-status.ts';

/** Most tenants that a process keeps in memory unless told otherwise: some megabytes. */
const MOST_HELD = 6_144;

export interface WarmTenantsOptions {
  /** By id; everything that is not cold. */
  readonly tenants: Map<string, Tenant>;
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly recorder: ActivityRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleTimeoutMs: number;
  /** Most tenants of the installation that are warm at once. */
  readonly maxWarm: number;
  /** Most tenants that this process keeps in memory; the others it asks the registry for. */
  readonly mostHeld?: number;
}

/**
 * The tenants that this process holds, kept in line with the registry: opens what the registry calls warm, lets go of
 * what went cold, was cooled or deleted anywhere, and keeps within limits how many are warm and how many are held.
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
  readonly #mostHeld: number;
  #open = 0;
  /** Warm-ups before the warm tenants are counted again. */
  #untilCount = 1;
  #makingRoom: Promise<void> | undefined;

  constructor(options: WarmTenantsOptions) {
    this.#tenants = options.tenants;
    this.#store = options.store;
    this.#collections = options.collections;
    this.#recorder = options.recorder;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#maxWarm = options.maxWarm;
    this.#mostHeld = options.mostHeld ?? MOST_HELD;
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
    this.forgetIdle(tenant);
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

  /**
   * Called for every warm-up: cools the longest-idle tenants, for all processes, when more are warm than allowed; never
   * `newest`. How many are warm is counted the more often the fewer may be added.
   */
  makeRoom(newest: Tenant): Promise<void> {
    this.#untilCount -= 1;
    if (this.#untilCount > 0) return Promise.resolve();
    this.#makingRoom ??= this.#coolExcess(newest)
      .catch((error: unknown) => {
        this.#log.warn(
          { err: error },
          'Perhaps more tenants are warm than allowed, and none could be cooled.',
        );
      })
      .finally(() => {
        this.#makingRoom = undefined;
      });
    return this.#makingRoom;
  }

  /**
   * While more are held than allowed, forgets the longest idle: they stay warm, and their next request looks them up. What
   * is in use, or was and is not recorded yet, stays, and so does `newest`.
   */
  forgetIdle(newest?: Tenant): void {
    if (this.#open <= this.#mostHeld) return;
    const idle: { readonly tenant: Tenant; readonly open: OpenTenant }[] = [];
    for (const tenant of this.#tenants.values()) {
      const { open } = tenant;
      if (open?.settled && tenant !== newest && tenant.warmUp === undefined) idle.push({ tenant, open });
    }
    idle.sort((a, b) => a.open.lastRequest - b.open.lastRequest);
    // Some more than need be, so that not every new tenant has to look for one that may go.
    const spare = Math.floor(this.#mostHeld / 8);
    for (const { tenant, open } of idle.slice(0, this.#open - this.#mostHeld + spare)) {
      this.#tenants.delete(tenant.id);
      tenant.open = undefined;
      open.forgotten = true;
      this.#open -= 1;
      this.#store.release(open.record).catch((error: unknown) => {
        this.#log.warn({ err: error, tenant: tenant.id }, 'A tenant could not be closed.');
      });
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
  ): OpenTenant | undefined | Promise<OpenTenant | undefined> {
    const tenant = this.#tenants.get(id);
    if (before?.forgotten && tenant === undefined) return this.look(id);
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
    return this.open(tenant, record, revision);
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

  async #coolExcess(newest: Tenant): Promise<void> {
    const { tenants } = this.#store;
    const { warm } = await tenants.count(this.#clock.now(), this.#idleTimeoutMs);
    const excess = warm - this.#maxWarm;
    // Other processes fill the same room.
    this.#untilCount = Math.max(1, Math.floor(-excess / 8));
    if (excess <= 0) return;
    await this.#recorder.flush(this.all());
    const now = this.#clock.now();
    const idle = (await tenants.list())
      .filter((record) => isWarm(record, now, this.#idleTimeoutMs) && record.id !== newest.id)
      .sort((a, b) => lastActivity(a) - lastActivity(b));
    // Where thousands may be warm some more go, so that not every new tenant has to look for one.
    const going = idle.slice(0, excess + Math.floor(this.#maxWarm / 100));
    await Promise.all(
      going.map(({ id }) => {
        const cooled = tenants.cool(id);
        const tenant = this.#tenants.get(id);
        if (tenant !== undefined) this.cool(tenant, cooled);
        return cooled;
      }),
    );
  }

  /** Cold tenants take no memory, but one that is about to be warmed stays. */
  #forgetCold(tenant: Tenant): void {
    if (tenant.state === 'cold' && tenant.warmUp === undefined) this.#tenants.delete(tenant.id);
  }
}
