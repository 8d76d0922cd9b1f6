import { WarmfhirError } from '../../errors.ts';
import { type ResourceContent, stamp } from '../../fhir/resource-content.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import { type BuiltRow, builtDocument } from '../built-row.ts';
import { masterVersion } from '../document.ts';
import { supersedes } from '../duplicate.ts';
import type {
  BuiltDocument,
  DocumentKey,
  GenerationBuild,
  IngestBatch,
  IngestDocument,
  Reject,
  Resolution,
  TypeCounts,
  UndecidedCreate,
} from '../generation.ts';
import {
  APPLICATION_ID,
  type Connection,
  guarded,
  makeDurable,
  openConnection,
  requireFormat,
  type Statement,
} from './connection.ts';
import { MASTER_FORMAT } from './master-file.ts';
import { IndexWriter } from './search/row-writer.ts';
import { INDEX_TABLES, VALUE_INDEXES } from './search/search-tables.ts';
import { databaseBytes } from './store-folder.ts';

const SCHEMA = `
CREATE TABLE document (
  rid INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, source_updated INTEGER);
CREATE UNIQUE INDEX document_key ON document (type, id);
CREATE TABLE pending (rid INTEGER PRIMARY KEY, origin TEXT);
CREATE TABLE conditional_create (rid INTEGER PRIMARY KEY, criteria TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE checkpoint (stream INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE reject (number INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE outcome (type INTEGER PRIMARY KEY, unchanged INTEGER NOT NULL, superseded INTEGER NOT NULL);
CREATE TABLE type_count (type INTEGER PRIMARY KEY, documents INTEGER NOT NULL);
${INDEX_TABLES}`;

/** Also right for a file that was prepared before: a process may end between this and the registry's word. */
const SEALED = `
INSERT OR REPLACE INTO type_count SELECT type, count(*) FROM document GROUP BY type;
CREATE INDEX IF NOT EXISTS document_type ON document (type);
`;

/** The rids of a stream: see `IngestBatch.stream`. */
export const STREAM_RIDS = 2 ** 31;
const MAX_STREAM = 510;
/** Rows read at a time by the iterators, which let other statements run in between. */
const CHUNK = 500;

interface DocumentRow {
  readonly rid: number;
  readonly json: string;
  readonly source_updated: number | null;
}

/** What the engine does once a build is verified and closed, or thrown away. */
export interface BuildOwner {
  sealed(
    build: { readonly number: number; readonly resources: number },
    completedAt: number,
    message: string,
  ): Promise<void>;
  discarded(number: number): void;
  released(): void;
}

/** The file of a generation that is being built. */
export class MasterBuild implements GenerationBuild {
  readonly number: number;
  readonly startedAt: number;
  readonly resumed: boolean;
  readonly #path: string;
  readonly #connection: Connection;
  readonly #owner: BuildOwner;
  readonly #indexes: IndexWriter;
  readonly #prepare: (sql: string) => Statement;

  constructor(options: {
    readonly path: string;
    readonly number: number;
    readonly startedAt: number;
    readonly resumed: boolean;
    readonly owner: BuildOwner;
  }) {
    this.number = options.number;
    this.startedAt = options.startedAt;
    this.resumed = options.resumed;
    this.#path = options.path;
    this.#owner = options.owner;
    this.#connection = openConnection(options.path);
    this.#indexes = new IndexWriter(this.#connection);
    const prepared = new Map<string, Statement>();
    this.#prepare = (sql) => {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        statement = this.#connection.prepare(sql);
        prepared.set(sql, statement);
      }
      return statement;
    };
    try {
      guarded(options.path, () => this.#open());
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  async checkpoints(): Promise<ReadonlyMap<number, string>> {
    const rows = this.#all('SELECT stream, value FROM checkpoint') as { stream: number; value: string }[];
    return new Map(rows.map((row) => [row.stream, row.value]));
  }

  async write(batch: IngestBatch): Promise<void> {
    if (batch.stream > MAX_STREAM) {
      throw new WarmfhirError('ingest-source-invalid', `An ingest takes at most ${MAX_STREAM + 1} streams.`);
    }
    this.#transaction(() => {
      const first = batch.stream * STREAM_RIDS + 1;
      for (const document of batch.documents) this.#store(first + document.position, document);
      for (const { document, criteria } of batch.conditionalCreates) {
        const sql = 'INSERT OR REPLACE INTO conditional_create VALUES (?, ?, ?)';
        this.#run(sql, first + document.position, criteria, JSON.stringify(document));
      }
      for (const reject of batch.rejects) this.#reject(reject);
      this.#run('INSERT OR REPLACE INTO checkpoint VALUES (?, ?)', batch.stream, batch.checkpoint);
    });
  }

  async *conditionalCreates(): AsyncIterable<readonly UndecidedCreate[]> {
    const sql = 'SELECT rid, criteria, document FROM conditional_create WHERE rid > ? ORDER BY rid LIMIT ?';
    for (const rows of this.#chunks<{ rid: number; criteria: string; document: string }>(sql)) {
      yield rows.map((row) => ({ ...row, document: JSON.parse(row.document) as IngestDocument }));
    }
  }

  async *pendingDocuments(): AsyncIterable<readonly BuiltDocument[]> {
    const sql = `SELECT rid, type, id, json, origin FROM pending JOIN document USING (rid)
      WHERE rid > ? ORDER BY rid LIMIT ?`;
    for (const rows of this.#chunks<BuiltRow>(sql)) yield rows.map(builtDocument);
  }

  async *documentsOfType(type: string): AsyncIterable<readonly BuiltDocument[]> {
    const code = resourceTypeCode(type);
    const sql = `SELECT rid, type, id, json, NULL AS origin FROM document WHERE rid > ? AND type = ${code} ORDER BY rid LIMIT ?`;
    for (const rows of this.#chunks<BuiltRow>(sql)) yield rows.map(builtDocument);
  }

  async held(keys: readonly DocumentKey[]): Promise<ReadonlySet<string>> {
    const sql = 'SELECT 1 FROM document WHERE type = ? AND id = ?';
    const found = keys.filter(({ type, id }) => this.#one(sql, resourceTypeCode(type), id) !== undefined);
    return new Set(found.map(({ type, id }) => `${type}/${id}`));
  }

  async resolve(resolution: Resolution): Promise<void> {
    this.#transaction(() => {
      for (const { rid, content } of resolution.replaced) {
        this.#run('UPDATE document SET json = ? WHERE rid = ?', this.#stamped(content), rid);
        this.#run('DELETE FROM pending WHERE rid = ?', rid);
        this.#indexes.remove(rid);
        this.#index(rid, content);
      }
      for (const { rid } of resolution.created) this.#store(rid, this.#takeConditionalCreate(rid));
      for (const { rid } of resolution.unchanged) {
        this.#countOutcome(resourceTypeCode(this.#takeConditionalCreate(rid).content.type), 'unchanged');
      }
      for (const { rid, reject } of resolution.rejected) {
        for (const table of ['document', 'pending', 'conditional_create']) {
          this.#run(`DELETE FROM ${table} WHERE rid = ?`, rid);
        }
        this.#indexes.remove(rid);
        this.#reject(reject);
      }
    });
  }

  async counts(): Promise<readonly TypeCounts[]> {
    const sql = `SELECT type, coalesce(stored, 0) AS stored, coalesce(unchanged, 0) AS unchanged,
      coalesce(superseded, 0) AS superseded
      FROM (SELECT type, count(*) AS stored FROM document GROUP BY type) FULL JOIN outcome USING (type) ORDER BY type`;
    const rows = this.#all(sql) as (Omit<TypeCounts, 'type'> & { type: number })[];
    return rows.map((row) => ({ ...row, type: resourceTypeOfCode(row.type) }));
  }

  async rejectCount(): Promise<number> {
    return (this.#one('SELECT count(*) AS rejects FROM reject') as { rejects: number }).rejects;
  }

  async *rejects(): AsyncIterable<readonly Reject[]> {
    const sql = 'SELECT number AS rid, json FROM reject WHERE number > ? ORDER BY number LIMIT ?';
    for (const rows of this.#chunks<{ rid: number; json: string }>(sql)) {
      yield rows.map(({ json }) => JSON.parse(json) as Reject);
    }
  }

  async bytes(): Promise<number> {
    return databaseBytes(this.#path);
  }

  async seal(completedAt: number, message: string): Promise<void> {
    const resources = (this.#one('SELECT count(*) AS documents FROM document') as { documents: number })
      .documents;
    guarded(this.#path, () => {
      this.#transaction(() => this.#connection.exec(SEALED));
      for (const sql of VALUE_INDEXES) this.#transaction(() => this.#connection.exec(sql));
      this.#connection.pragma('wal_checkpoint(TRUNCATE)');
      this.#connection.pragma('journal_mode = DELETE');
      const verdict = this.#connection.pragma('quick_check(1)', { simple: true });
      if (verdict !== 'ok')
        throw new WarmfhirError('store-damaged', `The new generation is damaged: ${String(verdict)}.`);
      this.#connection.close();
    });
    await this.#owner.sealed({ number: this.number, resources }, completedAt, message);
    this.#owner.released();
  }

  async discard(): Promise<void> {
    this.#connection.close();
    this.#owner.discarded(this.number);
    this.#owner.released();
  }

  async close(): Promise<void> {
    if (!this.#connection.open) return;
    this.#connection.close();
    this.#owner.released();
  }

  #open(): void {
    makeDurable(this.#connection, 4000);
    this.#connection.pragma('cache_size = -65536');
    const isNew = this.#one('SELECT count(*) AS tables FROM sqlite_schema') as { tables: number };
    if (isNew.tables === 0) {
      this.#transaction(() => {
        this.#connection.exec(SCHEMA);
        this.#connection.pragma(`application_id = ${APPLICATION_ID}`);
        this.#connection.pragma(`user_version = ${MASTER_FORMAT}`);
      });
    }
    requireFormat(this.#connection, this.#path, MASTER_FORMAT);
  }

  /** Inserts a document, or settles it with the one that has its key already. */
  #store(rid: number, document: IngestDocument): void {
    const { content, sourceUpdated } = document;
    const type = resourceTypeCode(content.type);
    const json = this.#stamped(content);
    const inserted = this.#run(
      'INSERT OR IGNORE INTO document VALUES (?, ?, ?, ?, ?)',
      rid,
      type,
      content.id,
      json,
      sourceUpdated,
    );
    if (inserted === 0) {
      const sql = 'SELECT rid, json, source_updated FROM document WHERE type = ? AND id = ?';
      const existing = this.#one(sql, type, content.id) as DocumentRow | undefined;
      if (existing === undefined)
        throw new WarmfhirError('internal', `Two documents of one stream have the rid ${rid}.`);
      if (existing.rid === rid) return;
      const same = existing.json === json;
      this.#countOutcome(type, same ? 'unchanged' : 'superseded');
      if (!supersedes({ rid, sourceUpdated }, { rid: existing.rid, sourceUpdated: existing.source_updated }))
        return;
      this.#indexes.remove(existing.rid);
      const update = 'UPDATE document SET rid = ?, json = ?, source_updated = ? WHERE rid = ?';
      this.#run(update, rid, json, sourceUpdated, existing.rid);
      this.#run('DELETE FROM pending WHERE rid = ?', existing.rid);
    }
    this.#index(rid, content);
    if (document.pending) {
      this.#run(
        'INSERT OR REPLACE INTO pending VALUES (?, ?)',
        rid,
        document.origin && JSON.stringify(document.origin),
      );
    }
  }

  #index(rid: number, { indexed }: ResourceContent): void {
    if (indexed !== undefined) this.#indexes.add(rid, indexed);
  }

  #takeConditionalCreate(rid: number): IngestDocument {
    const row = this.#one('DELETE FROM conditional_create WHERE rid = ? RETURNING document', rid) as {
      document: string;
    };
    return JSON.parse(row.document) as IngestDocument;
  }

  #countOutcome(type: number, outcome: 'unchanged' | 'superseded'): void {
    const sql = `INSERT INTO outcome VALUES (?, ?, ?) ON CONFLICT (type) DO UPDATE
      SET unchanged = unchanged + excluded.unchanged, superseded = superseded + excluded.superseded`;
    this.#run(sql, type, outcome === 'unchanged' ? 1 : 0, outcome === 'superseded' ? 1 : 0);
  }

  #reject(reject: Reject): void {
    this.#run('INSERT INTO reject (json) VALUES (?)', JSON.stringify(reject));
  }

  #stamped(content: IngestDocument['content']): string {
    return stamp(content, masterVersion(this.number), this.startedAt);
  }

  *#chunks<Row extends { readonly rid: number }>(sql: string): Iterable<Row[]> {
    let after = 0;
    while (true) {
      const rows = this.#all(sql, after, CHUNK) as Row[];
      if (rows.length > 0) yield rows;
      if (rows.length < CHUNK) return;
      after = rows.at(-1)!.rid;
    }
  }

  #transaction(task: () => void): void {
    guarded(this.#path, () => {
      this.#connection.exec('BEGIN IMMEDIATE');
      try {
        task();
        this.#indexes.flush();
        this.#connection.exec('COMMIT');
      } catch (error) {
        this.#indexes.forget();
        if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #run(sql: string, ...parameters: unknown[]): number {
    return this.#prepare(sql).run(...parameters).changes;
  }

  #one(sql: string, ...parameters: unknown[]): unknown {
    return guarded(this.#path, () => this.#prepare(sql).get(...parameters));
  }

  #all(sql: string, ...parameters: unknown[]): unknown[] {
    return guarded(this.#path, () => this.#prepare(sql).all(...parameters));
  }
}
