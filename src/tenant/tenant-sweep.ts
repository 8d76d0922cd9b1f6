import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { TenantRegistry } from '../store/tenant-registry.ts';
import type { Tenant } from './tenant.ts';
import type { WarmTenants } from './warm-tenants.ts';

/** How many tenants one sweep compares with the registry, so that none holds the event loop for long. */
const PATROL = 256;

/**
 * Frees what has gone cold. Requests do not depend on it: a tenant past its idle time, or cooled or deleted by another
 * process, is refused at its next request anyway; without one, its handles are closed here.
 */
export class TenantSweep {
  readonly #tenants: Map<string, Tenant>;
  readonly #warm: WarmTenants;
  readonly #registry: TenantRegistry;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #idleTimeoutMs: number;
  #patrol: Iterator<Tenant, undefined>;
  #running: Promise<void> | undefined;

  constructor(options: {
    readonly tenants: Map<string, Tenant>;
    readonly warm: WarmTenants;
    readonly registry: TenantRegistry;
    readonly clock: Clock;
    readonly log: Log;
    readonly idleTimeoutMs: number;
  }) {
    this.#tenants = options.tenants;
    this.#warm = options.warm;
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#patrol = options.tenants.values();
  }

  /** One sweep, or the one that is running. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when no sweep is running. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #sweep(): Promise<void> {
    try {
      for (const id of [...this.#idle(), ...this.#outdated()]) await this.#warm.look(id);
    } catch (error) {
      this.#log.warn({ err: error }, 'Warm tenants could not be compared with the registry.');
    }
  }

  /** Ids of tenants past their idle time; what failed as long ago is forgotten. */
  *#idle(): Iterable<string> {
    const limit = this.#clock.now() - this.#idleTimeoutMs;
    for (const tenant of this.#tenants.values()) {
      if (tenant.open !== undefined) {
        if (tenant.open.lastRequest <= limit) yield tenant.id;
      } else if (tenant.state === 'failed' && tenant.failedAt <= limit && tenant.warmUp === undefined) {
        this.#tenants.delete(tenant.id);
      }
    }
  }

  /** Of the next tenants in an endless round, the ids of those read under another revision of the registry. */
  *#outdated(): Iterable<string> {
    const revision = this.#registry.revision();
    for (let count = 0; count < PATROL; count += 1) {
      const { value, done } = this.#patrol.next();
      if (done) {
        this.#patrol = this.#tenants.values();
        return;
      }
      if (value.open !== undefined && value.open.revision !== revision) yield value.id;
    }
  }
}
