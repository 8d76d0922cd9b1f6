import type { BatchingThread } from '../../threads/batching-thread.ts';
import type { TenantCount, TenantRecord, TenantRegistry, TenantUsage } from '../tenant-registry.ts';
import type { ChangeCounter } from './change-counter.ts';
import type { RegistryCall } from './registry-thread.ts';
import { databaseBytes, type StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** The registry of tenants: read on the calling thread, written on one of its own. */
export class TenantRows implements TenantRegistry {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #changes: ChangeCounter;
  readonly #writer: BatchingThread<RegistryCall, unknown>;
  readonly #changedDocuments: (record: TenantRecord) => Promise<number>;
  readonly #released: (record: TenantRecord) => Promise<void>;

  constructor(parts: {
    readonly folder: StoreFolder;
    readonly system: SystemFile;
    readonly changes: ChangeCounter;
    readonly writer: BatchingThread<RegistryCall, unknown>;
    readonly changedDocuments: (record: TenantRecord) => Promise<number>;
    readonly released: (record: TenantRecord) => Promise<void>;
  }) {
    this.#folder = parts.folder;
    this.#system = parts.system;
    this.#changes = parts.changes;
    this.#writer = parts.writer;
    this.#changedDocuments = parts.changedDocuments;
    this.#released = parts.released;
  }

  revision(): number {
    return this.#changes.revision();
  }

  get(id: string): TenantRecord | undefined {
    return this.#system.tenant(id);
  }

  async warm(id: string, now: number): Promise<{ record: TenantRecord; created: boolean }> {
    return (await this.#writer.call({ kind: 'warm', id, now })) as { record: TenantRecord; created: boolean };
  }

  async cool(id: string): Promise<boolean> {
    return (await this.#writer.call({ kind: 'cool', id })) as boolean;
  }

  async recordRequests(requests: ReadonlyMap<string, number>): Promise<void> {
    if (requests.size > 0) await this.#writer.call({ kind: 'requests', requests });
  }

  async list(): Promise<readonly TenantRecord[]> {
    return this.#system.tenants();
  }

  async count(now: number, idleTimeoutMs: number): Promise<TenantCount> {
    return this.#system.countTenants(now - idleTimeoutMs);
  }

  async usage(record: TenantRecord): Promise<TenantUsage> {
    if (!record.overlay) return { documentsChanged: 0, bytes: 0 };
    const documentsChanged = await this.#changedDocuments(record);
    return { documentsChanged, bytes: databaseBytes(this.#folder.overlay(record.id)) };
  }

  async remove(id: string): Promise<boolean> {
    const record = this.get(id);
    if (record !== undefined) await this.#released(record);
    return (await this.#writer.call({ kind: 'remove', id })) as boolean;
  }
}
