import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion, StoredDocument, VersionMethod } from '../document.ts';
import type { SqlValue } from '../search/fragment.ts';
import { PlanMemory } from '../search/plan-memory.ts';
import { ChangedKeys } from './changed-keys.ts';
import {
  APPLICATION_ID,
  type Connection,
  guarded,
  makeDurable,
  openConnection,
  requireFormat,
  type Statement,
} from './connection.ts';
import { RowStatements } from './row-statements.ts';
import { changingOverlay, type OverlayArm, readOverlay } from './search/overlay-arm.ts';
import { IndexWriter, type RowSource } from './search/row-writer.ts';
import { INDEX_TABLES, VALUE_INDEXES } from './search/search-tables.ts';
import { syncToDisk, unlinkDatabase } from './store-folder.ts';

const FORMAT = 2;

/** Without index tables: read and listed, but not searched. */
const FORMAT_WITHOUT_INDEXES = 1;

/** Many overlays are open at once. In KiB. */
const CACHE_SIZE = 'cache_size = -256';
const LARGE_CACHE_SIZE = 'cache_size = -32768';

/** Bytes for what searches of a thread find out about all overlays together, until they change. */
export const REMEMBERED_BYTES = 32_000_000;

const SCHEMA = `
CREATE TABLE document (
  rid INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  last_updated INTEGER NOT NULL, method TEXT NOT NULL, reviewed_at INTEGER,
  replaces INTEGER, first_rid INTEGER NOT NULL, json TEXT);
CREATE UNIQUE INDEX document_key ON document (type, id);
CREATE INDEX document_type ON document (type);
CREATE INDEX document_own ON document (type, first_rid) WHERE replaces IS NULL;
CREATE TABLE history (
  type INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, last_updated INTEGER NOT NULL,
  method TEXT NOT NULL, reviewed_at INTEGER, json TEXT, PRIMARY KEY (type, id, version));
CREATE TABLE shadow (type INTEGER NOT NULL, master_rid INTEGER NOT NULL, PRIMARY KEY (type, master_rid)) WITHOUT ROWID;
`;

/** What the first format did not have. */
const INDEXES = `
CREATE INDEX IF NOT EXISTS document_live ON document (type) WHERE json IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_updated ON document (type, last_updated);
CREATE INDEX IF NOT EXISTS document_time ON document (last_updated, type, id, version);
CREATE INDEX IF NOT EXISTS history_time ON history (last_updated, type, id, version);
${INDEX_TABLES}
${VALUE_INDEXES.join(';\n')};
`;

/** A row of `document`: what a tenant has made of one document. `json` is null after a delete. */
export interface OverlayRow {
  readonly rid: number;
  readonly type: number;
  readonly id: string;
  readonly version: number;
  readonly last_updated: number;
  readonly method: VersionMethod;
  readonly reviewed_at: number | null;
  /** The master rid that it stands for, or null for a document of the tenant's own. */
  readonly replaces: number | null;
  readonly first_rid: number;
  readonly json: string | null;
}

export type HistoryRow = Omit<OverlayRow, 'rid' | 'replaces' | 'first_rid'>;

/**
 * One open connection to a tenant's overlay: everything that the tenant has changed, and nothing else.
 */
export class OverlayFile {
  readonly path: string;
  readonly connection: Connection;
  readonly changedKeys: ChangedKeys;
  /** Order of uses among the handles of a thread. */
  lastUse = 0;
  readonly #statements = new Map<string, Statement>();
  readonly #answers: PlanMemory<unknown>;
  readonly #byKey: Statement;
  readonly #queries: RowStatements;
  #isIndexed = false;
  #searched: (() => OverlayArm) | undefined;
  #searchedWhileWriting: OverlayArm | undefined;
  #indexes: IndexWriter | undefined;

  /** @param answers where what searches find out about overlays is kept */
  constructor(path: string, answers = new PlanMemory<unknown>(REMEMBERED_BYTES)) {
    this.path = path;
    this.#answers = answers;
    this.connection = openConnection(path, { mustExist: true });
    this.#queries = new RowStatements(this.connection);
    this.changedKeys = new ChangedKeys(this);
    try {
      guarded(path, () => {
        this.readFormat();
        makeDurable(this.connection, 256);
        this.connection.pragma(CACHE_SIZE);
        // Address space alone: pages are the operating system's, however many handles are open.
        this.connection.pragma('mmap_size = 1073741824');
      });
      this.#byKey = guarded(path, () =>
        this.connection.prepare('SELECT * FROM document WHERE type = ? AND id = ?'),
      );
    } catch (error) {
      this.connection.close();
      throw error;
    }
  }

  /** False in a file of a version that had no search indexes. */
  get isIndexed(): boolean {
    return this.#isIndexed;
  }

  /** Looks at the format again, because it may have been upgraded. @returns whether it has search indexes */
  readFormat(): boolean {
    const format = requireFormat(this.connection, this.path, FORMAT, FORMAT_WITHOUT_INDEXES);
    this.#isIndexed = format === FORMAT;
    return this.#isIndexed;
  }

  /** Inside a transaction: makes the format the present one. Index rows are for the caller to add. */
  addIndexTables(): void {
    this.exec(INDEXES);
    this.connection.pragma(`user_version = ${FORMAT}`);
  }

  /** After rows were put in as they are: index rows are made when the file is next opened to be searched. */
  withdrawIndexes(): void {
    this.connection.pragma(`user_version = ${FORMAT_WITHOUT_INDEXES}`);
  }

  /** Reads every page once. Throws `store-damaged`. */
  verify(): void {
    const verdict = guarded(this.path, () => this.connection.pragma('quick_check(1)', { simple: true }));
    if (verdict !== 'ok') {
      throw new WarmfhirError(
        'store-damaged',
        `The store file ${basename(this.path)} is damaged and is not served.`,
      );
    }
  }

  row(type: string, id: string): OverlayRow | undefined {
    try {
      return this.#byKey.get(resourceTypeCode(type), id) as OverlayRow | undefined;
    } catch (error) {
      return guarded(this.path, () => {
        throw error;
      });
    }
  }

  /** The current version where the tenant has changed the document, otherwise undefined. */
  read(type: string, id: string): DocumentVersion | undefined {
    const row = this.row(type, id);
    return row === undefined ? undefined : documentOf(row);
  }

  /** A version that is no longer the current one; the master's own is among them. */
  formerVersion(type: string, id: string, version: number): DocumentVersion | undefined {
    const sql = 'SELECT * FROM history WHERE type = ? AND id = ? AND version = ?';
    const row = this.one(sql, resourceTypeCode(type), id, version) as HistoryRow | undefined;
    return row === undefined ? undefined : documentOf(row);
  }

  /** When a version of a document was replaced by the next one; undefined while it is current. */
  replacedAt(type: string, id: string, version: number): number | undefined {
    const key = [resourceTypeCode(type), id, version + 1];
    const sql = `SELECT last_updated AS time FROM history WHERE type = ? AND id = ? AND version = ?
      UNION ALL SELECT last_updated FROM document WHERE type = ? AND id = ? AND version = ?`;
    return (this.one(sql, ...key, ...key) as { time: number } | undefined)?.time;
  }

  /** How many master documents (of one type) the tenant had replaced until `time`, itself included. */
  replacedBefore(type: string | undefined, masterVersion: number, time: number): number {
    const replacedAt = `coalesce(
      (SELECT n.last_updated FROM history n WHERE n.type = d.type AND n.id = d.id AND n.version = ?), d.last_updated)`;
    const ofType = type === undefined ? '' : ' AND d.type = ?';
    const sql = `SELECT count(*) AS documents FROM document d
      WHERE d.replaces IS NOT NULL AND ${replacedAt} <= ?${ofType}`;
    const code = type === undefined ? [] : [resourceTypeCode(type)];
    return (this.one(sql, masterVersion + 1, time, ...code) as { documents: number }).documents;
  }

  /** After a rollback: numbers that were given in it are not there. */
  rolledBack(): void {
    this.#indexes?.forget();
  }

  /** Writes index rows of the tenant's own documents. @param master the one that the overlay is over */
  indexes(master: RowSource): IndexWriter {
    this.#indexes ??= new IndexWriter(this.connection, master);
    return this.#indexes;
  }

  /** The document of a rid that a search found. */
  documentOfRid(rid: number): StoredDocument {
    return documentOf(this.one('SELECT * FROM document WHERE rid = ?', rid) as OverlayRow) as StoredDocument;
  }

  /** The file as searches of a connection see it that only reads; inside the transaction of the search. */
  searched(): OverlayArm {
    this.#searched ??= readOverlay(this, this.#answers);
    return this.#searched();
  }

  /** The file as searches see it inside a transaction that writes. */
  searchedWhileWriting(): OverlayArm {
    this.#searchedWhileWriting ??= changingOverlay(this);
    return this.#searchedWhileWriting;
  }

  /** Queries that run on after `until` (milliseconds of `performance.now()`) fail with `search-too-costly`. */
  limit(until: number): void {
    this.#queries.limit(until);
  }

  /** Runs a task; undefined where its queries look at more than about so many rows. */
  within<Result>(rows: number, task: () => Result): Result | undefined {
    return this.#queries.within(rows, task);
  }

  /** Rows of a query, as arrays. */
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][] {
    return guarded(this.path, () => this.#queries.rows(sql, values));
  }

  all(sql: string, ...parameters: unknown[]): unknown[] {
    return guarded(this.path, () => this.#prepared(sql).all(...parameters));
  }

  one(sql: string, ...parameters: unknown[]): unknown {
    return guarded(this.path, () => this.#prepared(sql).get(...parameters));
  }

  run(sql: string, ...parameters: unknown[]): void {
    guarded(this.path, () => this.#prepared(sql).run(...parameters));
  }

  /** Runs a task that changes many pages: with room for them they go to the log once instead of many times. */
  withLargeCache<Result>(task: () => Result): Result {
    this.connection.pragma(LARGE_CACHE_SIZE);
    try {
      return task();
    } finally {
      this.connection.pragma(CACHE_SIZE);
    }
  }

  exec(sql: string): void {
    guarded(this.path, () => this.connection.exec(sql));
  }

  close(): void {
    this.connection.close();
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

export function documentOf(row: HistoryRow): DocumentVersion {
  const type = resourceTypeOfCode(row.type);
  const { id, version, last_updated: lastUpdated, reviewed_at: reviewTime, json } = row;
  if (json === null) return { deleted: true, type, id, version, lastUpdated };
  return { deleted: false, type, id, version, lastUpdated, reviewed: reviewTime !== null, reviewTime, json };
}

/** The bytes of an overlay without any document. */
export function emptyOverlay(): Buffer {
  const connection = new Database(':memory:');
  try {
    connection.pragma('page_size = 2048');
    connection.exec(SCHEMA + INDEXES);
    connection.pragma(`application_id = ${APPLICATION_ID}`);
    connection.pragma(`user_version = ${FORMAT}`);
    return connection.serialize();
  } finally {
    connection.close();
  }
}

/**
 * Makes an overlay file, complete and durable before it has its name. A file of that name is what a process left
 * behind that died before the registry knew of it: it holds nothing that was acknowledged and is replaced.
 * @param empty from `emptyOverlay`
 */
export function createOverlay(path: string, empty: Buffer): void {
  guarded(path, () => {
    unlinkDatabase(path);
    const folder = dirname(path);
    if (mkdirSync(folder, { recursive: true }) !== undefined) syncToDisk(dirname(folder));
    const temporary = `${path}.new`;
    const descriptor = openSync(temporary, 'w');
    try {
      writeSync(descriptor, empty);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncToDisk(folder);
  });
}
