import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { TenantRecord, TenantUsage } from '../store/tenant-registry.ts';
import type { Tenant } from './tenant.ts';
import type { TenantState } from './tenant-state.ts';
import { lastActivity, type TenantStatus, tenantStatus, unknownTenant } from './tenant-status.ts';

/** A tenant without an overlay owns nothing, so nobody need be asked. */
const NO_USAGE: TenantUsage = { documentsChanged: 0, bytes: 0 };
/** How many tenants' usage is asked for at once. */
const USAGE_AT_ONCE = 16;

/** Tells operators of tenants: what the registry says, and what this process knows better. */
export class TenantReporter {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #idleTimeoutMs: number;
  readonly #tenants: ReadonlyMap<string, Tenant>;

  constructor(options: {
    readonly store: Store;
    readonly clock: Clock;
    readonly log: Log;
    readonly idleTimeoutMs: number;
    readonly tenants: ReadonlyMap<string, Tenant>;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#tenants = options.tenants;
  }

  async status(id: string): Promise<TenantStatus> {
    const record = await this.#store.tenants.get(id);
    if (record === undefined) {
      return { ...unknownTenant(id), status: this.#tenants.get(id)?.state === 'failed' ? 'failed' : 'cold' };
    }
    return this.#report(record, record.overlay ? await this.#store.tenants.usage(record) : NO_USAGE);
  }

  /** All tenants by id. One whose overlay cannot be read is listed without its usage. */
  async list(): Promise<readonly TenantStatus[]> {
    const records = await this.#store.tenants.list();
    const statuses: TenantStatus[] = [];
    for (let from = 0; from < records.length; from += USAGE_AT_ONCE) {
      const some = records.slice(from, from + USAGE_AT_ONCE);
      statuses.push(...(await Promise.all(some.map((record) => this.#listed(record)))));
    }
    return statuses;
  }

  /** How many tenants are warm and cold, as the registry says for all processes. */
  async counts(): Promise<{ readonly warm: number; readonly cold: number }> {
    const { registered, warm } = await this.#store.tenants.count(this.#clock.now(), this.#idleTimeoutMs);
    return { warm, cold: registered - warm };
  }

  /** How many tenants are between two states in this process, or could not be warmed by it. */
  transitions(): Record<'warming' | 'cooling' | 'failed', number> {
    const counts = { warming: 0, cooling: 0, failed: 0 };
    for (const { state } of this.#tenants.values()) {
      if (state !== 'cold' && state !== 'warm') counts[state] += 1;
    }
    return counts;
  }

  async #listed(record: TenantRecord): Promise<TenantStatus> {
    if (!record.overlay) return this.#report(record, NO_USAGE);
    try {
      return this.#report(record, await this.#store.tenants.usage(record));
    } catch (error) {
      this.#log.warn({ err: error, tenant: record.id }, 'The usage of a tenant cannot be read.');
      return { ...this.#report(record, NO_USAGE), documentsChanged: null, bytes: null };
    }
  }

  #report(record: TenantRecord, usage: TenantUsage): TenantStatus {
    const tenant = this.#tenants.get(record.id);
    const open = tenant?.open?.record.serial === record.serial ? tenant.open : undefined;
    const activity = Math.max(lastActivity(record), open?.lastRequest ?? 0);
    const warm = record.warmedAt !== null && this.#clock.now() - activity < this.#idleTimeoutMs;
    return tenantStatus(record, usage, stateOf(tenant, warm), open?.lastRequest ?? 0, this.#idleTimeoutMs);
  }
}

/** What is under way here comes first, then what the registry says. */
function stateOf(tenant: Tenant | undefined, warm: boolean): TenantState {
  if (tenant?.state === 'warming' || tenant?.state === 'cooling') return tenant.state;
  if (warm) return 'warm';
  return tenant?.state === 'failed' ? 'failed' : 'cold';
}
