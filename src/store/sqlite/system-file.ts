import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { WarmfhirError } from '../../errors.ts';
import type { GenerationInfo, IngestionStatus } from '../generation.ts';
import type { KeptSearch } from '../store.ts';
import type { TenantCount, TenantRecord } from '../tenant-registry.ts';
import { MOVED } from '../transfer.ts';
import {
  APPLICATION_ID,
  type Connection,
  guarded,
  makeDurable,
  openConnection,
  requireFormat,
  type Statement,
} from './connection.ts';
import type { StoreFolder } from './store-folder.ts';

const FORMAT = 1;

const SCHEMA = `
CREATE TABLE document (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE generation (
  number INTEGER PRIMARY KEY, state TEXT NOT NULL, sources TEXT NOT NULL, started_at INTEGER NOT NULL, sealed_at INTEGER,
  resources INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, sha256 TEXT, file_stat TEXT);
CREATE TABLE tenant (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL,
  overlay INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, warmed_at INTEGER, last_request INTEGER,
  erased INTEGER NOT NULL DEFAULT 0);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
`;

/** Stores of the first version lack it. */
const KEPT_SEARCH_SCHEMA = `
CREATE TABLE IF NOT EXISTS kept_search (
  serial INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (serial, hash)) WITHOUT ROWID;
`;

const INGESTION_STATUS = '_system/ingestion_status';

/** What the registry knows of a sealed file. */
export interface SealedFile {
  readonly startedAt: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Modification time and inode when its hash was last known to be right. */
  readonly fileStat: string;
}

/** What is recorded of a generation when it is sealed. */
export interface NewlySealed {
  readonly number: number;
  readonly resources: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly fileStat: string;
}

/**
 * `system.db`: the ingestion status, the generations, the tenants and the settings of an installation. One
 * connection; whoever needs another thread opens another.
 */
export class SystemFile {
  readonly connection: Connection;
  readonly #path: string;
  readonly #statements = new Map<string, Statement>();
  readonly #dataVersion: Statement;

  constructor(folder: StoreFolder) {
    this.#path = folder.system;
    guarded(this.#path, () => mkdirSync(folder.path, { recursive: true }));
    this.connection = openConnection(this.#path);
    guarded(this.#path, () => {
      makeDurable(this.connection);
      this.connection.pragma('secure_delete = ON');
      this.#createSchema();
    });
    this.#dataVersion = this.connection.prepare('PRAGMA data_version').pluck();
  }

  /** Moves whenever another connection, of any process, has committed. */
  dataVersion(): number {
    return this.#dataVersion.get() as number;
  }

  /** Runs `task` in one transaction that no other writer overlaps. */
  transaction<Result>(task: () => Result): Result {
    return guarded(this.#path, () => {
      this.connection.exec('BEGIN IMMEDIATE');
      try {
        const result = task();
        this.connection.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
        throw error;
      }
    });
  }

  ingestionStatus(): IngestionStatus | undefined {
    const json = this.#one('SELECT json FROM document WHERE id = ?', INGESTION_STATUS) as
      | { json: string }
      | undefined;
    return json === undefined ? undefined : (JSON.parse(json.json) as IngestionStatus);
  }

  setIngestionStatus(status: IngestionStatus): void {
    const { _id, ready, startedAt, completedAt, message } = status;
    const json = JSON.stringify({ _id, ready, startedAt, completedAt, message });
    this.run(
      'INSERT INTO document VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json',
      _id,
      json,
    );
  }

  /** A secret of this installation, made once. Only making it writes: a full disk does not stop who needs it. */
  secret(name: string): Buffer {
    const found = () =>
      (this.#one('SELECT value FROM setting WHERE name = ?', name) as { value: Buffer } | undefined)?.value;
    const existing = found();
    if (existing !== undefined) return existing;
    this.run('INSERT OR IGNORE INTO setting VALUES (?, ?)', name, randomBytes(32));
    return found()!;
  }

  tenant(id: string): TenantRecord | undefined {
    const row = this.#one('SELECT * FROM tenant WHERE id = ? AND erased = 0', id) as TenantRow | undefined;
    return row === undefined ? undefined : tenantRecord(row);
  }

  tenants(): TenantRecord[] {
    return (this.#all('SELECT * FROM tenant WHERE erased = 0 ORDER BY id') as TenantRow[]).map(tenantRecord);
  }

  /** @param idleSince who was neither warmed nor used after this instant is cold */
  countTenants(idleSince: number): TenantCount {
    return this.#one(
      `SELECT count(*) AS registered,
         count(*) FILTER (WHERE warmed_at IS NOT NULL AND max(warmed_at, coalesce(last_request, 0)) > ?) AS warm
       FROM tenant WHERE erased = 0`,
      idleSince,
    ) as TenantCount;
  }

  /** True while the tenant of this serial exists; says whether it has an overlay. */
  tenantOverlay(serial: number): boolean | undefined {
    const row = this.#one('SELECT overlay FROM tenant WHERE serial = ? AND erased = 0', serial) as
      | { overlay: number }
      | undefined;
    return row === undefined ? undefined : row.overlay === 1;
  }

  /** A search kept for the tenant of this serial. */
  keptSearch(serial: number, hash: string, now: number): KeptSearch | undefined {
    return this.#one(
      'SELECT hash, text, expires FROM kept_search WHERE serial = ? AND hash = ? AND expires > ?',
      serial,
      hash,
      now,
    ) as KeptSearch | undefined;
  }

  newestSealed(): number | undefined {
    const row = this.#one("SELECT max(number) AS number FROM generation WHERE state = 'sealed'") as {
      number: number | null;
    };
    return row.number ?? undefined;
  }

  generations(): GenerationInfo[] {
    return this.#all(`SELECT number, state, started_at AS startedAt, sealed_at AS sealedAt, resources, bytes,
      (SELECT count(*) FROM tenant WHERE tenant.generation = generation.number) AS tenants
      FROM generation ORDER BY number`) as GenerationInfo[];
  }

  sealedFile(number: number): SealedFile {
    const row = this.#one(
      `SELECT started_at AS startedAt, bytes, sha256, file_stat AS fileStat FROM generation
       WHERE number = ? AND state = 'sealed'`,
      number,
    ) as SealedFile | undefined;
    if (row === undefined)
      throw new WarmfhirError('generation-unknown', `There is no sealed generation ${number}.`);
    return row;
  }

  /** The generation that an ingest has begun and not sealed. */
  unfinishedGeneration():
    | { readonly number: number; readonly sources: string; readonly startedAt: number }
    | undefined {
    return this.#one(
      "SELECT number, sources, started_at AS startedAt FROM generation WHERE state = 'building'",
    ) as { number: number; sources: string; startedAt: number } | undefined;
  }

  /** Generations of a move that was begun and not finished. */
  movedGenerations(): readonly number[] {
    const sql = "SELECT number FROM generation WHERE state = 'building' AND sources = ?";
    return (this.#all(sql, MOVED) as { number: number }[]).map(({ number }) => number);
  }

  /** Registers the next generation as being built; its number. */
  beginGeneration(sources: string, startedAt: number): number {
    return this.transaction(() => {
      const { number } = this.#one('SELECT coalesce(max(number), 0) + 1 AS number FROM generation') as {
        number: number;
      };
      this.run(
        "INSERT INTO generation (number, state, sources, started_at) VALUES (?, 'building', ?, ?)",
        number,
        sources,
        startedAt,
      );
      return number;
    });
  }

  sealGeneration(sealed: NewlySealed, sealedAt: number): void {
    const { number, resources, bytes, sha256, fileStat } = sealed;
    this.run(
      `UPDATE generation SET state = 'sealed', sealed_at = ?, resources = ?, bytes = ?, sha256 = ?, file_stat = ?
       WHERE number = ?`,
      sealedAt,
      resources,
      bytes,
      sha256,
      fileStat,
      number,
    );
  }

  /** A generation lies in another file now, with the same documents. */
  recordReindexed(number: number, file: Pick<NewlySealed, 'bytes' | 'sha256' | 'fileStat'>): void {
    const sql = 'UPDATE generation SET bytes = ?, sha256 = ?, file_stat = ? WHERE number = ?';
    this.run(sql, file.bytes, file.sha256, file.fileStat, number);
  }

  /** Notes that the file, as it stands now, holds what was sealed. */
  recordFileStat(number: number, fileStat: string): void {
    this.run('UPDATE generation SET file_stat = ? WHERE number = ?', fileStat, number);
  }

  run(sql: string, ...parameters: unknown[]): number {
    return guarded(this.#path, () => this.#prepared(sql).run(...parameters).changes);
  }

  close(): void {
    this.connection.close();
  }

  #one(sql: string, ...parameters: unknown[]): unknown {
    return guarded(this.#path, () => this.#prepared(sql).get(...parameters));
  }

  #all(sql: string, ...parameters: unknown[]): unknown[] {
    return guarded(this.#path, () => this.#prepared(sql).all(...parameters));
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #createSchema(): void {
    const exists = () =>
      this.connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'setting'").get() !== undefined;
    if (!exists()) {
      this.transaction(() => {
        if (exists()) return;
        this.connection.exec(SCHEMA);
        this.connection.pragma(`application_id = ${APPLICATION_ID}`);
        this.connection.pragma(`user_version = ${FORMAT}`);
      });
    }
    requireFormat(this.connection, this.#path, FORMAT);
    this.connection.exec(KEPT_SEARCH_SCHEMA);
  }
}

interface TenantRow {
  serial: number;
  id: string;
  generation: number;
  overlay: number;
  created_at: number;
  warmed_at: number | null;
  last_request: number | null;
}

function tenantRecord(row: TenantRow): TenantRecord {
  return {
    id: row.id,
    serial: row.serial,
    generation: row.generation,
    overlay: row.overlay === 1,
    createdAt: row.created_at,
    warmedAt: row.warmed_at,
    lastRequest: row.last_request,
  };
}
