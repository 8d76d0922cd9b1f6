import type { Clock } from '../clock.ts';
import type { TenantCollectionManager } from '../collection/tenant-collection-manager.ts';
import { WarmfhirError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import { ActivityRecorder } from './activity-recorder.ts';
import type { Lease, OpenTenant } from './open-tenant.ts';
import { Tenant } from './tenant.ts';
import { assertTenantId } from './tenant-id.ts';
import { TenantReporter } from './tenant-reporter.ts';
import { instant, type TenantStatus, type WarmUp } from './tenant-status.ts';
import { TenantSweep } from './tenant-sweep.ts';
import { WarmTenants } from './warm-tenants.ts';

export type { Lease };

export interface TenantManagerOptions {
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'warmedUp' | 'coldRejected'>;
  /** A tenant without a request for so long is cold. */
  readonly idleTimeoutMs: number;
  /** Most tenants of the installation that are warm, at least 1; beyond it the longest-idle one is cooled. */
  readonly maxWarm: number;
  /** Most tenants that this process keeps in memory; others stay warm and are looked up when they are used. */
  readonly mostHeld?: number;
  /** Warm a cold tenant at its first request instead of refusing it. */
  readonly autoWarm: boolean;
}

/** Longest time between two sweeps and two batches of recorded requests, milliseconds. */
const TICK_MS = 3_000;

/**
 * Warms tenants, hands them to requests, and lets them go cold.
 *
 * Warmth lives in the registry: a process keeps of it what it needs to answer without asking, and asks again whenever
 * the registry's revision moved, so that a tenant warmed, cooled, deleted or used by another process is so here too.
 */
export class TenantManager {
  readonly #store: Store;
  readonly #collections: TenantCollectionManager;
  readonly #clock: Clock;
  readonly #metrics: Pick<Metrics, 'warmedUp' | 'coldRejected'>;
  readonly #idleTimeoutMs: number;
  readonly #autoWarm: boolean;
  /**
   * A request after a pause of this length is recorded at once and not with the next batch: other processes may be
   * about to take the tenant for idle.
   */
  readonly #longPauseMs: number;
  readonly #tenants = new Map<string, Tenant>();
  readonly #recorder: ActivityRecorder;
  readonly #warm: WarmTenants;
  readonly #sweep: TenantSweep;
  readonly #reporter: TenantReporter;
  #stop: (() => void) | undefined;
  #closed = false;

  constructor(options: TenantManagerOptions) {
    this.#store = options.store;
    this.#collections = options.collections;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#autoWarm = options.autoWarm;
    this.#longPauseMs = options.idleTimeoutMs / 2;
    const registry = options.store.tenants;
    const tenants = this.#tenants;
    this.#recorder = new ActivityRecorder({ registry, log: options.log });
    this.#warm = new WarmTenants({ ...options, tenants, recorder: this.#recorder });
    this.#sweep = new TenantSweep({ ...options, tenants, registry, warm: this.#warm });
    this.#reporter = new TenantReporter({ ...options, tenants });
  }

  /** Starts the timer that frees what has gone cold and records requests. */
  start(): void {
    const everyMs = Math.max(10, Math.min(TICK_MS, this.#idleTimeoutMs / 4));
    this.#stop ??= this.#clock.every(everyMs, () => {
      void this.#recorder.flush(this.#warm.all()).then(() => this.#warm.forgetIdle());
      void this.#sweep.run();
    });
  }

  /**
   * Counts a request in on a warm tenant; the caller releases the lease when the request is done. Without a promise
   * when nothing has changed since the last request. Throws or rejects with `tenant-cold`; with auto-warm it warms
   * the tenant and rejects only if that fails. While the tenant is warming it waits for that.
   */
  acquire(id: string): Lease | Promise<Lease> {
    const open = this.#tenants.get(id)?.open;
    if (open !== undefined && open.revision === this.#store.tenants.revision()) {
      const now = this.#clock.now();
      if (now - open.lastRequest < this.#longPauseMs) return open.lease(now);
    }
    return this.#acquireAfterLook(id);
  }

  /**
   * Makes the tenant if it is new, and warms it; on a warm tenant it counts as a request. Concurrent calls for one
   * tenant share one warm-up, its failure included. While the tenant is cooling it waits for that to end.
   */
  async warmUp(id: string): Promise<WarmUp> {
    this.#check(id);
    const running = this.#tenants.get(id)?.warmUp;
    // The call that began it made the tenant; this one found it made.
    if (running !== undefined) return { ...(await running), created: false };
    const tenant = this.#tenants.get(id) ?? new Tenant(id);
    this.#tenants.set(id, tenant);
    tenant.warmUp = this.#warmUp(tenant).finally(() => {
      tenant.warmUp = undefined;
    });
    return tenant.warmUp;
  }

  /**
   * Cools a tenant now, durably and for all processes: new requests are refused at once, and it resolves when those in
   * flight here are done. Rejects with `tenant-unknown`.
   */
  async coolDown(id: string): Promise<TenantStatus> {
    this.#check(id);
    const warmUp = this.#tenants.get(id)?.warmUp;
    // How it ends is for those who asked for it.
    if (warmUp !== undefined) await warmUp.catch(() => undefined);
    const tenant = this.#tenants.get(id);
    const cooled = this.#store.tenants.cool(id);
    if (tenant !== undefined) this.#warm.cool(tenant, cooled);
    const [known] = await Promise.all([cooled, tenant?.cooling]);
    if (!known) throw new WarmfhirError('tenant-unknown', `There is no tenant ${id}.`);
    return this.#reporter.status(id);
  }

  /** The state of one tenant; an unknown one is cold and all else is null. It does not count as a request. */
  async status(id: string): Promise<TenantStatus> {
    assertTenantId(id);
    return this.#reporter.status(id);
  }

  /** The state of all tenants of the installation, by id. */
  list(): Promise<readonly TenantStatus[]> {
    return this.#reporter.list();
  }

  /** How many tenants of the installation are warm and cold, whichever process warmed them. */
  counts(): Promise<{ readonly warm: number; readonly cold: number }> {
    return this.#reporter.counts();
  }

  /** How many tenants this process is warming or cooling, or could not warm. */
  transitions(): Record<'warming' | 'cooling' | 'failed', number> {
    return this.#reporter.transitions();
  }

  /** Refuses what is new, ends the timer and records what is not recorded yet. The store stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop?.();
    await Promise.allSettled([...this.#tenants.values()].map((tenant) => tenant.warmUp));
    await this.#sweep.settled();
    await this.#recorder.settled();
    await this.#recorder.flush(this.#warm.all());
    this.#tenants.clear();
  }

  #acquireAfterLook(id: string): Lease | Promise<Lease> {
    this.#check(id);
    const tenant = this.#tenants.get(id);
    if (tenant?.state === 'warming' && tenant.warmUp !== undefined) {
      return tenant.warmUp.then(() => this.acquire(id));
    }
    const open = this.#warm.look(id);
    return open instanceof Promise
      ? open.then((found) => this.#leaseOrRefuse(id, found))
      : this.#leaseOrRefuse(id, open);
  }

  #leaseOrRefuse(id: string, open: OpenTenant | undefined): Lease | Promise<Lease> {
    if (open !== undefined) return open.lease(this.#touch(open));
    if (this.#autoWarm) return this.warmUp(id).then(() => this.acquire(id));
    this.#metrics.coldRejected();
    throw new WarmfhirError('tenant-cold', `The tenant ${id} is cold: call POST /warm-up-tenant to warm it.`);
  }

  /** Notes a request now, and tells other processes at once if there was none for long. */
  #touch(open: OpenTenant): number {
    const now = this.#clock.now();
    const pause = now - open.lastRequest;
    open.lastRequest = now;
    if (pause >= this.#longPauseMs) void this.#recorder.record(open);
    return now;
  }

  async #warmUp(tenant: Tenant): Promise<WarmUp> {
    const started = performance.now();
    await this.#begin(tenant);
    try {
      const known = await this.#warm.look(tenant.id);
      const { open, created } =
        known === undefined ? await this.#make(tenant) : { open: known, created: false };
      const milliseconds = performance.now() - started;
      if (known === undefined) this.#metrics.warmedUp(created ? 'created' : 'warmed', milliseconds / 1_000);
      return this.#answer(open, created, milliseconds);
    } catch (error) {
      tenant.apply('warm-up-failed');
      tenant.failedAt = this.#clock.now();
      this.#metrics.warmedUp('failed', (performance.now() - started) / 1_000);
      throw error;
    }
  }

  /** Waits for a cooling that is under way and moves a cold tenant to `warming`. */
  async #begin(tenant: Tenant): Promise<void> {
    await tenant.cooling;
    this.#tenants.set(tenant.id, tenant);
    tenant.apply('warm-up');
  }

  /** Warms a tenant that is cold everywhere, making it if it does not exist. */
  async #make(tenant: Tenant): Promise<{ open: OpenTenant; created: boolean }> {
    // The look may have found that an idle tenant has gone cold.
    await this.#begin(tenant);
    const revision = this.#store.tenants.revision();
    const { record, created } = await this.#collections.ensureTenantCollection(tenant.id);
    const open = this.#warm.open(tenant, record, revision);
    tenant.apply('warmed');
    await this.#warm.makeRoom(tenant);
    return { open, created };
  }

  #answer(open: OpenTenant, created: boolean, milliseconds: number): WarmUp {
    this.#touch(open);
    return {
      tenant: open.record.id,
      status: 'warm',
      collection: open.collection.name,
      generation: open.collection.generation,
      created,
      warmedAt: instant(open.record.warmedAt ?? open.lastRequest),
      coldAt: instant(open.lastRequest + this.#idleTimeoutMs),
      warmUpMs: Math.round(milliseconds * 100) / 100,
    };
  }

  #check(id: string): void {
    assertTenantId(id);
    if (this.#closed) throw new WarmfhirError('shutting-down');
  }
}
