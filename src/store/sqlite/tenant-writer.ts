import { WarmfhirError } from '../../errors.ts';
import type { ThreadReply } from '../../threads/batching-thread.ts';
import { failure } from '../../threads/serve-batches.ts';
import { type BulkResults, type BulkWrites, packResults, readBulkWrites } from '../bulk-write.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type { Write, WriteResult } from '../write.ts';
import type { ChangeCounter } from './change-counter.ts';
import { storeError } from './connection.ts';
import type { MasterFiles } from './master-files.ts';
import { createOverlay, emptyOverlay, type OverlayFile } from './overlay-file.ts';
import type { OverlayHandles } from './overlay-handles.ts';
import { OverlayWriter } from './overlay-writer.ts';
import type { StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** The writes of one request: all or nothing. */
export interface WriteRequest {
  readonly tenant: Pick<TenantRecord, 'id' | 'serial' | 'generation'>;
  readonly writes: readonly Write[] | BulkWrites;
  readonly now: number;
}

type Reply = ThreadReply<readonly WriteResult[] | BulkResults>;

/**
 * Writes to overlays, on a thread of its own. All requests of a batch for one tenant share one transaction, each in
 * a savepoint: so a failing request takes nothing else with it, and the disk is waited for once.
 */
export class TenantWriter {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #masters: MasterFiles;
  readonly #changes: ChangeCounter;
  readonly #overlays: OverlayHandles;
  readonly #empty: Buffer;
  /** Serials with an overlay, as of `#revision` of system.db. */
  readonly #known = new Set<number>();
  #revision = Number.NaN;

  constructor(parts: {
    readonly folder: StoreFolder;
    readonly system: SystemFile;
    readonly masters: MasterFiles;
    readonly changes: ChangeCounter;
    readonly overlays: OverlayHandles;
  }) {
    this.#folder = parts.folder;
    this.#system = parts.system;
    this.#masters = parts.masters;
    this.#changes = parts.changes;
    this.#overlays = parts.overlays;
    this.#empty = emptyOverlay();
  }

  /** One reply per request, in order; none of them before what it says is on disk. */
  async handle(batch: readonly WriteRequest[]): Promise<Reply[]> {
    const replies: Reply[] = new Array(batch.length);
    const byTenant = Map.groupBy(batch.keys(), (index) => batch[index]!.tenant.serial);
    for (const indexes of byTenant.values()) {
      const requests = indexes.map((index) => batch[index]!);
      const answers = await this.#commitTogether(requests);
      for (const [position, index] of indexes.entries()) replies[index] = answers[position]!;
    }
    return replies;
  }

  async #commitTogether(requests: readonly WriteRequest[]): Promise<Reply[]> {
    const { tenant } = requests[0]!;
    const path = this.#folder.overlay(tenant.id);
    let overlay: OverlayFile | undefined;
    try {
      this.#requireOverlay(tenant);
      overlay = this.#overlays.get(tenant);
      const master = this.#masters.get(tenant.generation);
      master.requireIndexes();
      if (!overlay.isIndexed) {
        // What it brings along is large, and hardly ever needed.
        const { upgradeOverlay } = await import('./overlay-upgrade.ts');
        upgradeOverlay(overlay, master);
      }
      overlay.exec('BEGIN IMMEDIATE');
      const writer = new OverlayWriter(overlay, master);
      const replies = requests.map((request) => applyInSavepoint(overlay!, writer, request));
      overlay.exec('COMMIT');
      this.#changes.countUp();
      // A tenant that was erased meanwhile took the file along: what was written is gone, so nothing is acknowledged.
      this.#requireTenant(tenant);
      return replies;
    } catch (error) {
      if (overlay?.connection.inTransaction) overlay.connection.exec('ROLLBACK');
      overlay?.rolledBack();
      const reply = failure(storeError(error, path));
      return requests.map(() => reply);
    }
  }

  /** Makes the overlay at the first write; the registry says so before the first document can commit. */
  #requireOverlay(tenant: WriteRequest['tenant']): void {
    if (this.#requireTenant(tenant)) return;
    this.#system.transaction(() => {
      const overlay = this.#system.tenantOverlay(tenant.serial);
      if (overlay === undefined) throw erased(tenant.id);
      // Another process was first: its file already holds what it has acknowledged.
      if (overlay) return;
      createOverlay(this.#folder.overlay(tenant.id), this.#empty);
      this.#system.run('UPDATE tenant SET overlay = 1 WHERE serial = ?', tenant.serial);
    });
    this.#known.add(tenant.serial);
  }

  /** Whether the tenant has an overlay; asks the registry only when another process may have changed it. */
  #requireTenant(tenant: WriteRequest['tenant']): boolean {
    const revision = this.#system.dataVersion();
    if (revision !== this.#revision) {
      this.#known.clear();
      this.#revision = revision;
    }
    if (this.#known.has(tenant.serial)) return true;
    const overlay = this.#system.tenantOverlay(tenant.serial);
    if (overlay === undefined) {
      this.#overlays.release(tenant.serial);
      throw erased(tenant.id);
    }
    if (overlay) this.#known.add(tenant.serial);
    return overlay;
  }
}

function erased(tenant: string): WarmfhirError {
  return new WarmfhirError(
    'tenant-cold',
    `Tenant ${tenant} was deleted: call POST /warm-up-tenant to make it anew.`,
  );
}

function applyInSavepoint(overlay: OverlayFile, writer: OverlayWriter, request: WriteRequest): Reply {
  overlay.run('SAVEPOINT request');
  try {
    const value = applyAll(overlay, writer, request);
    if ('isUndone' in value && value.isUndone) undo(overlay);
    else overlay.run('RELEASE request');
    return { ok: true, value };
  } catch (error) {
    // SQLite itself gives up the whole transaction when the disk is full.
    if (
      !(error instanceof WarmfhirError) ||
      !overlay.connection.inTransaction ||
      error.category === 'unavailable'
    ) {
      throw error;
    }
    undo(overlay);
    return failure(error);
  }
}

function undo(overlay: OverlayFile): void {
  overlay.run('ROLLBACK TO request');
  overlay.rolledBack();
  overlay.run('RELEASE request');
}

function applyAll(
  overlay: OverlayFile,
  writer: OverlayWriter,
  { writes, now }: WriteRequest,
): readonly WriteResult[] | BulkResults {
  if (!('chunks' in writes)) return writes.map((write) => writer.apply(write, now));
  return overlay.withLargeCache(() =>
    packResults(
      readBulkWrites(writes).map((write) =>
        write.kind === 'resolve' ? writer.resolve(write) : writer.apply(write, now),
      ),
    ),
  );
}
