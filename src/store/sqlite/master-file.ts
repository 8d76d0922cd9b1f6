import { basename } from 'node:path';
import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import { masterVersion, type StoredDocument } from '../document.ts';
import type { SqlValue } from '../search/fragment.ts';
import { type Connection, guarded, openConnection, requireFormat, type Statement } from './connection.ts';
import { RowStatements } from './row-statements.ts';
import { type MasterArm, masterArm } from './search/master-arm.ts';

export const MASTER_FORMAT = 2;

/** Without index tables: documents are read and listed, but not searched. */
const FORMAT_WITHOUT_INDEXES = 1;

/** A row with its type's code. */
export interface TypedMasterRow extends MasterRow {
  readonly type: number;
}

export interface MasterRow {
  readonly rid: number;
  readonly id: string;
  readonly json: string;
}

/**
 * A sealed generation, read-only. The connection stays in one read transaction for as long as it is open: the file
 * never changes, and SQLite then needs no lock per read.
 */
export class MasterFile {
  readonly generation: number;
  readonly version: number;
  /** `meta.lastUpdated` of every document in it, milliseconds since the epoch. */
  readonly lastUpdated: number;
  /** False in a file of a version that had no search indexes. */
  readonly isIndexed: boolean;
  readonly #path: string;
  readonly #connection: Connection;
  readonly #queries: RowStatements;
  #searched: MasterArm | undefined;
  readonly #byKey: Statement;
  readonly #byRid: Statement;
  readonly #before: Statement;
  readonly #beforeOfType: Statement;
  readonly #ordered: Statement;
  readonly #orderedWithout: Statement;
  readonly #counts = new Map<string, number>();

  constructor(path: string, generation: number, startedAt: number) {
    this.#path = path;
    this.generation = generation;
    this.version = masterVersion(generation);
    this.lastUpdated = startedAt;
    this.#connection = openConnection(path, { readonly: true });
    const connection = this.#connection;
    this.isIndexed = guarded(path, () => {
      const format = requireFormat(connection, path, MASTER_FORMAT, FORMAT_WITHOUT_INDEXES);
      connection.pragma('mmap_size = 68719476736');
      connection.pragma('cache_size = -2000');
      return format === MASTER_FORMAT;
    });
    this.#queries = new RowStatements(connection);
    const prepare = (sql: string) => guarded(path, () => connection.prepare(sql));
    this.#byKey = prepare(
      'SELECT rid, json, octet_length(json) FROM document WHERE type = ? AND id = ?',
    ).raw();
    this.#byRid = prepare('SELECT rid, id, json FROM document WHERE rid = ?');
    this.#before = prepare(
      'SELECT rid, type, id, json FROM document WHERE (type, id) < (?, ?) ORDER BY type DESC, id DESC LIMIT ?',
    );
    this.#beforeOfType = prepare(
      'SELECT rid, type, id, json FROM document WHERE type = ? AND id < ? ORDER BY id DESC LIMIT ?',
    );
    this.#ordered = prepare('SELECT rid FROM document WHERE type = ? ORDER BY rid LIMIT ? OFFSET ?').pluck();
    this.#orderedWithout = prepare(
      `SELECT rid FROM document WHERE type = ? AND rid NOT IN (SELECT value FROM json_each(?))
       ORDER BY rid LIMIT ? OFFSET ?`,
    ).pluck();
    guarded(path, () => {
      connection.exec('BEGIN');
      const rows = connection.prepare('SELECT type, documents FROM type_count').raw().all() as [
        number,
        number,
      ][];
      for (const [type, documents] of rows) this.#counts.set(resourceTypeOfCode(type), documents);
    });
  }

  get name(): string {
    return basename(this.#path);
  }

  read(type: string, id: string): StoredDocument | undefined {
    const row = this.#find(type, id);
    return row === undefined ? undefined : { ...this.document(type, id, row[1]), bytes: row[2] };
  }

  /** The row of a document, for a writer that is about to shadow it. */
  row(type: string, id: string): MasterRow | undefined {
    const row = this.#find(type, id);
    return row === undefined ? undefined : { rid: row[0], id, json: row[1] };
  }

  rowOf(rid: number): MasterRow {
    return guarded(this.#path, () => this.#byRid.get(rid)) as MasterRow;
  }

  /** At most `limit` documents above a rid, lowest first. */
  after(rid: number, limit: number): Pick<MasterRow, 'rid' | 'json'>[] {
    const rows = this.rows('SELECT rid, json FROM document WHERE rid > ? ORDER BY rid LIMIT ?', [rid, limit]);
    return rows.map(([found, json]) => ({ rid: found as number, json: json as string }));
  }

  document(type: string, id: string, json: string): StoredDocument {
    return {
      deleted: false,
      type,
      id,
      version: this.version,
      lastUpdated: this.lastUpdated,
      reviewed: false,
      reviewTime: null,
      json,
    };
  }

  /** At most `limit` rows with a key below that of `before`, highest first; `ofType`: only of its type. */
  before(
    { type, id }: Pick<TypedMasterRow, 'type' | 'id'>,
    { limit, ofType }: { readonly limit: number; readonly ofType: boolean },
  ): TypedMasterRow[] {
    const statement = ofType ? this.#beforeOfType : this.#before;
    return guarded(this.#path, () => statement.all(type, id, limit)) as TypedMasterRow[];
  }

  /** Rids of a type in ascending order by position, as if those in `without` were not there. */
  slice(type: string, without: readonly number[], offset: number, limit: number): number[] {
    const code = resourceTypeCode(type);
    return guarded(this.#path, () =>
      without.length === 0
        ? this.#ordered.all(code, limit, offset)
        : this.#orderedWithout.all(code, JSON.stringify(without), limit, offset),
    ) as number[];
  }

  /** @throws indexes-missing for a file that was sealed before there were any */
  requireIndexes(): void {
    if (this.isIndexed) return;
    const detail = `Generation ${this.generation} was sealed before searches had indexes: run \`warmfhir reindex\`.`;
    throw new WarmfhirError('indexes-missing', detail);
  }

  /** The file as searches see it. @throws indexes-missing */
  searched(): MasterArm {
    this.requireIndexes();
    this.#searched ??= masterArm(this);
    return this.#searched;
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
    return guarded(this.#path, () => this.#queries.rows(sql, values));
  }

  /** Number of documents by type; types without any are absent. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  close(): void {
    this.#connection.close();
  }

  #find(type: string, id: string): [number, string, number] | undefined {
    try {
      return this.#byKey.get(resourceTypeCode(type), id) as [number, string, number] | undefined;
    } catch (error) {
      return guarded(this.#path, () => {
        throw error;
      });
    }
  }
}
