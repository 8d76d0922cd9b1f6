import { WarmfhirError } from '../../src/errors.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import type { TenantRecord, TenantRegistry } from '../../src/store/tenant-registry.ts';
import { isWarm } from '../../src/tenant/tenant-status.ts';

/**
 * A registry in memory that several stores share as processes share a database. It can answer with promises, as a
 * database server does, can be made to fail, and notes what is asked of it.
 */
export class MemoryInstallation {
  readonly records = new Map<string, TenantRecord>();
  readonly calls: string[] = [];
  /** Ids whose next warm-up fails. */
  readonly failing = new Set<string>();
  revision = 0;
  #serial = 0;
  readonly #asynchronous: boolean;

  constructor(options: { readonly asynchronous: boolean }) {
    this.#asynchronous = options.asynchronous;
  }

  called(name: string): number {
    return this.calls.filter((call) => call.startsWith(`${name} `)).length;
  }

  /** One process's store. */
  openStore(): Store {
    const store: Partial<Store> = {
      tenants: this.#registry(),
      collection: (record) => ({ record }) as unknown as CollectionStore,
      release: async (record) => {
        this.calls.push(`release ${record.id}#${record.serial}`);
      },
      close: async () => {},
    };
    return store as Store;
  }

  #registry(): TenantRegistry {
    return {
      revision: () => this.revision,
      get: (id) => {
        this.calls.push(`get ${id}`);
        const record = this.records.get(id);
        return this.#asynchronous ? new Promise((resolve) => setImmediate(resolve, record)) : record;
      },
      warm: async (id, now) => {
        this.calls.push(`warm ${id}`);
        await this.#turn();
        if (this.failing.delete(id)) throw new WarmfhirError('store-full');
        const old = this.records.get(id);
        const record: TenantRecord = {
          id,
          serial: old?.serial ?? ++this.#serial,
          generation: 1,
          overlay: old?.overlay ?? false,
          createdAt: old?.createdAt ?? now,
          warmedAt: now,
          lastRequest: old?.lastRequest ?? null,
        };
        this.#put(record);
        return { record, created: old === undefined };
      },
      cool: async (id) => {
        this.calls.push(`cool ${id}`);
        await this.#turn();
        const record = this.records.get(id);
        if (record === undefined) return false;
        this.#put({ ...record, warmedAt: null });
        return true;
      },
      recordRequests: async (requests) => {
        this.calls.push(`record ${[...requests.keys()].join(',')}`);
        await this.#turn();
        for (const [id, at] of requests) {
          const record = this.records.get(id);
          if (record !== undefined)
            this.#put({ ...record, lastRequest: Math.max(at, record.lastRequest ?? 0) });
        }
      },
      list: async () => [...this.records.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      count: async (now, idleTimeoutMs) => {
        const records = [...this.records.values()];
        const warm = records.filter((record) => isWarm(record, now, idleTimeoutMs)).length;
        return { registered: records.length, warm };
      },
      usage: async () => ({ documentsChanged: 3, bytes: 4096 }),
      remove: async (id) => {
        this.revision += 1;
        return this.records.delete(id);
      },
    };
  }

  #put(record: TenantRecord): void {
    this.records.set(record.id, record);
    this.revision += 1;
  }

  async #turn(): Promise<void> {
    if (this.#asynchronous) await new Promise((resolve) => setImmediate(resolve));
  }
}
