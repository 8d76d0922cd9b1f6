import type { Log } from '../log.ts';
import type { TenantRegistry } from '../store/tenant-registry.ts';
import type { OpenTenant } from './open-tenant.ts';

/**
 * Tells the registry when tenants were last used, so that other processes and later runs know. Never throws: what
 * could not be recorded is tried again with the next batch.
 */
export class ActivityRecorder {
  readonly #registry: TenantRegistry;
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();
  #flushing: Promise<void> | undefined;

  constructor(options: { readonly registry: TenantRegistry; readonly log: Log }) {
    this.#registry = options.registry;
    this.#log = options.log;
  }

  /** Records one tenant's last request at once. */
  record(open: OpenTenant): Promise<void> {
    return this.#write([open]);
  }

  /** Records every last request that the registry does not know yet, in one transaction; one flush at a time. */
  flush(tenants: Iterable<OpenTenant>): Promise<void> {
    this.#flushing ??= this.#write(tenants).finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Resolves when everything that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #write(tenants: Iterable<OpenTenant>): Promise<void> {
    const unrecorded: OpenTenant[] = [];
    const requests = new Map<string, number>();
    for (const open of tenants) {
      if (open.lastRequest <= open.recorded) continue;
      unrecorded.push(open);
      requests.set(open.record.id, open.lastRequest);
    }
    if (unrecorded.length === 0) return Promise.resolve();
    const writing = this.#registry
      .recordRequests(requests)
      .then(
        () => {
          for (const open of unrecorded) {
            open.recorded = Math.max(open.recorded, requests.get(open.record.id)!);
          }
        },
        (error: unknown) =>
          this.#log.warn({ err: error, tenants: requests.size }, 'Requests could not be recorded.'),
      )
      .finally(() => this.#running.delete(writing));
    this.#running.add(writing);
    return writing;
  }
}
