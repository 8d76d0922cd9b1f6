import { WarmfhirError } from '../../errors.ts';
import type { TenantCount, TenantRecord, TenantRegistry, TenantUsage } from '../tenant-registry.ts';
import type { ChangeWatch } from './change-watch.ts';
import type { Database } from './database.ts';
import type { DatabaseClock } from './database-clock.ts';
import {
  BEGIN_ERASING,
  COOL,
  COUNT_TENANTS,
  GET_TENANT,
  LIST_TENANTS,
  RECORD_REQUESTS,
  USAGE,
  WARM,
} from './registry-statements.ts';
import type { RegistryWriter } from './registry-writer.ts';
import { call } from './statement.ts';
import type { TenantErasure } from './tenant-erasure.ts';

/** The registry of tenants as a table that all nodes share; its times are those of the database's clock. */
export class PostgresRegistry implements TenantRegistry {
  readonly #database: Database;
  readonly #clock: DatabaseClock;
  readonly #watch: ChangeWatch;
  readonly #writer: RegistryWriter;
  readonly #erasure: TenantErasure;

  constructor(parts: {
    readonly database: Database;
    readonly clock: DatabaseClock;
    readonly watch: ChangeWatch;
    readonly writer: RegistryWriter;
    readonly erasure: TenantErasure;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#watch = parts.watch;
    this.#writer = parts.writer;
    this.#erasure = parts.erasure;
  }

  revision(): number {
    return this.#watch.revision;
  }

  async get(id: string): Promise<TenantRecord | undefined> {
    const [reply] = await this.#database.read(undefined, [call(GET_TENANT, id)]);
    const row = reply!.rows[0] as unknown as TenantRow | undefined;
    return row && this.#record(row);
  }

  async warm(id: string, now: number): Promise<{ record: TenantRecord; created: boolean }> {
    const made = call(WARM, id, this.#clock.toDatabase(now));
    let [row] = (await this.#writer.change(id, made)).rows;
    if (row === undefined) {
      const left = await this.#erasure.halfErased(id);
      if (left === undefined) throw new WarmfhirError('ingestion-not-ready');
      await this.#erasure.finish(left, id);
      [row] = (await this.#writer.change(id, made)).rows;
      if (row === undefined) throw new WarmfhirError('ingestion-not-ready');
    }
    const { created, ...record } = row as unknown as TenantRow & { created: boolean };
    return { record: this.#record(record), created };
  }

  async cool(id: string): Promise<boolean> {
    return (await this.#writer.change(id, call(COOL, id))).count > 0;
  }

  async recordRequests(requests: ReadonlyMap<string, number>): Promise<void> {
    if (requests.size === 0) return;
    const times = [...requests.values()].map((time) => this.#clock.toDatabase(time));
    await this.#database.write(undefined, [call(RECORD_REQUESTS, [...requests.keys()], times)]);
  }

  async list(): Promise<readonly TenantRecord[]> {
    const [reply] = await this.#database.read(undefined, [call(LIST_TENANTS)]);
    return (reply!.rows as unknown as TenantRow[]).map((row) => this.#record(row));
  }

  async count(now: number, idleTimeoutMs: number): Promise<TenantCount> {
    const since = this.#clock.toDatabase(now) - idleTimeoutMs;
    const [reply] = await this.#database.read(undefined, [call(COUNT_TENANTS, since)]);
    return reply!.rows[0] as unknown as TenantCount;
  }

  async usage(record: TenantRecord): Promise<TenantUsage> {
    if (!record.overlay) return { documentsChanged: 0, bytes: 0 };
    const [reply] = await this.#database.read(record.serial, [call(USAGE, record.serial)]);
    const { documents, bytes } = reply!.rows[0] as { documents: number; bytes: number };
    return { documentsChanged: documents, bytes };
  }

  /** Erases a tenant in steps: first it is gone for everybody, then its rows go, then its record. */
  async remove(id: string): Promise<boolean> {
    const [erased] = (await this.#writer.change(id, call(BEGIN_ERASING, id))).rows;
    if (erased === undefined) return false;
    await this.#erasure.finish(erased.tenant_id as number, id);
    return true;
  }

  #record(row: TenantRow): TenantRecord {
    const time = (value: number | null) => (value === null ? null : this.#clock.fromDatabase(value));
    return {
      id: row.id,
      serial: row.tenant_id,
      generation: row.generation,
      overlay: row.overlay,
      createdAt: this.#clock.fromDatabase(row.created_at),
      warmedAt: time(row.warmed_at),
      lastRequest: time(row.last_request),
    };
  }
}

interface TenantRow {
  readonly tenant_id: number;
  readonly id: string;
  readonly generation: number;
  readonly overlay: boolean;
  readonly created_at: number;
  readonly warmed_at: number | null;
  readonly last_request: number | null;
}
