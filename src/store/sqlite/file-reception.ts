import { rmSync, statSync } from 'node:fs';
import { WarmfhirError } from '../../errors.ts';
import type { GenerationBuild, GenerationInfo, IngestionStatus } from '../generation.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { MOVED, type Reception, type TenantChange } from '../transfer.ts';
import type { ChangeCounter } from './change-counter.ts';
import { guarded } from './connection.ts';
import { fileSha256 } from './file-hash.ts';
import { IngestLock } from './ingest-lock.ts';
import { MasterBuild } from './master-build.ts';
import { createOverlay, emptyOverlay, OverlayFile } from './overlay-file.ts';
import { addOverlayRows } from './overlay-rows.ts';
import { fileStat } from './sealed-file-check.ts';
import { type StoreFolder, syncToDisk, unlinkDatabase } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** Another installation on its way into a folder. Until `finish` its generations count as being built. */
export class FileReception implements Reception {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #changes: ChangeCounter;
  readonly #lock: IngestLock;
  readonly #empty = emptyOverlay();
  #generations: readonly GenerationInfo[] = [];

  private constructor(folder: StoreFolder, system: SystemFile, changes: ChangeCounter, lock: IngestLock) {
    this.#folder = folder;
    this.#system = system;
    this.#changes = changes;
    this.#lock = lock;
  }

  /** @throws store-not-empty, ingest-locked */
  static begin(folder: StoreFolder, system: SystemFile, changes: ChangeCounter): FileReception {
    const reception = new FileReception(folder, system, changes, new IngestLock(folder.ingestLock));
    try {
      reception.#clear();
      return reception;
    } catch (error) {
      reception.#lock.release();
      throw error;
    }
  }

  async addGenerations(generations: readonly GenerationInfo[]): Promise<void> {
    this.#generations = generations;
    this.#system.transaction(() => {
      for (const { number, startedAt, resources } of generations) {
        this.#system.run(
          "INSERT INTO generation (number, state, sources, started_at, resources) VALUES (?, 'building', ?, ?, ?)",
          ...[number, MOVED, startedAt, resources],
        );
      }
    });
  }

  async fill({ number, startedAt }: GenerationInfo): Promise<GenerationBuild> {
    const path = this.#folder.master(number);
    unlinkDatabase(path);
    return new MasterBuild({
      ...{ path, number, startedAt, resumed: false },
      owner: {
        sealed: ({ resources }) => this.#noteFilled(number, resources),
        discarded: () => unlinkDatabase(path),
        released: () => {},
      },
    });
  }

  async addTenants(tenants: readonly TenantRecord[]): Promise<readonly TenantRecord[]> {
    return this.#system.transaction(() =>
      tenants.map(({ id, generation, overlay, createdAt, warmedAt, lastRequest }) => {
        this.#system.run(
          `INSERT INTO tenant (id, generation, overlay, created_at, warmed_at, last_request)
           VALUES (?, ?, ?, ?, ?, ?)`,
          ...[id, generation, Number(overlay), createdAt, warmedAt, lastRequest],
        );
        if (overlay) createOverlay(this.#folder.overlay(id), this.#empty);
        return this.#system.tenant(id)!;
      }),
    );
  }

  async addChanges(changes: readonly TenantChange[]): Promise<void> {
    for (const [id, ofTenant] of Map.groupBy(changes, ({ tenant }) => tenant.id)) {
      const overlay = new OverlayFile(this.#folder.overlay(id));
      try {
        addOverlayRows(
          overlay,
          ofTenant.map(({ document }) => document),
        );
        overlay.withdrawIndexes();
      } finally {
        overlay.close();
      }
    }
  }

  async finish(status: IngestionStatus): Promise<void> {
    this.#system.transaction(() => {
      for (const { number, state, sealedAt } of this.#generations) {
        const sql = 'UPDATE generation SET state = ?, sealed_at = ? WHERE number = ?';
        this.#system.run(sql, state, sealedAt, number);
      }
      this.#system.setIngestionStatus(status);
    });
    // A server that runs on the folder already looks at its tenants anew.
    this.#changes.countUp();
  }

  async close(): Promise<void> {
    this.#lock.release();
  }

  /** Removes what an interrupted move has left; anything else is somebody's. */
  #clear(): void {
    const moved = this.#system.movedGenerations();
    const generations = this.#system.generations();
    const hasOthers = generations.some(({ number }) => !moved.includes(number));
    const isUsed = this.#system.ingestionStatus() !== undefined;
    if (hasOthers || isUsed) {
      throw new WarmfhirError('store-not-empty');
    }
    if (moved.length === 0) return;
    for (const number of moved) unlinkDatabase(this.#folder.master(number));
    guarded(this.#folder.tenants, () => rmSync(this.#folder.tenants, { recursive: true, force: true }));
    this.#system.transaction(() => {
      this.#system.run('DELETE FROM kept_search');
      this.#system.run('DELETE FROM tenant');
      this.#system.run('DELETE FROM generation');
    });
  }

  async #noteFilled(number: number, resources: number): Promise<void> {
    const path = this.#folder.master(number);
    syncToDisk(path);
    syncToDisk(this.#folder.path);
    this.#system.run(
      'UPDATE generation SET resources = ?, bytes = ?, sha256 = ?, file_stat = ? WHERE number = ?',
      ...[resources, statSync(path).size, await fileSha256(path), fileStat(path), number],
    );
  }
}
