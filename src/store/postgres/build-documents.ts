import { WarmfhirError } from '../../errors.ts';
import { stamp } from '../../fhir/resource-content.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { IndexedValues } from '../../fhir/search/indexed-values.ts';
import { masterVersion } from '../document.ts';
import { supersedes } from '../duplicate.ts';
import type { IngestDocument, Resolution } from '../generation.ts';
import { type BuildTables, buildTables } from './build-tables.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { copyIn } from './copy-in.ts';
import { masterTables } from './master-tables.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { Queryable } from './owner.ts';
import { KnownTexts } from './search/known-texts.ts';
import { loadIndex, removeIndexRows } from './search/load-rows.ts';
import { RowBatch } from './search/row-batch.ts';

/** A document on its way into the table. */
export interface BuildRow {
  readonly rid: number;
  readonly type: number;
  readonly id: string;
  readonly json: string;
  readonly sourceUpdated: number | null;
  /** Where it came from, as JSON, while it is pending; null where that is not known; undefined when it is not pending. */
  readonly pending: string | null | undefined;
  readonly indexed: IndexedValues | undefined;
}

/** Documents and their index rows, as COPY takes them. */
export interface PackedRows {
  readonly documents: CopyBuffer;
  readonly pending: CopyBuffer;
  readonly index: RowBatch;
}

/** Puts documents into the tables of a build. */
export class BuildDocuments {
  readonly #version: number;
  readonly #startedAt: number;
  readonly #document: string;
  readonly #schema: string;
  readonly #known = new KnownTexts();
  readonly #tables: BuildTables;

  constructor(generation: number, startedAt: number) {
    this.#version = masterVersion(generation);
    this.#startedAt = startedAt;
    const { document, schema } = masterTables(generation);
    this.#document = document;
    this.#schema = schema;
    this.#tables = buildTables(generation);
  }

  row(rid: number, { content, sourceUpdated, pending, origin }: IngestDocument): BuildRow {
    return {
      rid,
      type: resourceTypeCode(content.type),
      id: content.id,
      json: this.stamped(content),
      sourceUpdated,
      pending: pending ? origin && JSON.stringify(origin) : undefined,
      indexed: content.indexed,
    };
  }

  stamped(content: IngestDocument['content']): string {
    return stamp(content, this.#version, this.#startedAt);
  }

  packed(rows: readonly BuildRow[]): PackedRows {
    const documents = new CopyBuffer();
    const pending = new CopyBuffer();
    const index = new RowBatch(this.#known);
    for (const row of rows) {
      const { rid, type, id, json, sourceUpdated, indexed } = row;
      documents.row(5).int8(rid).int2(type).text(id).text(json).int8(sourceUpdated);
      if (row.pending !== undefined) pending.row(2).int8(rid).text(row.pending);
      if (indexed !== undefined) index.add(rid, indexed);
    }
    return { documents, pending, index };
  }

  /** Adds documents without a look at what is there. */
  async load(client: Queryable, { documents, pending, index }: PackedRows, settled: boolean): Promise<void> {
    await copyIn(client, `${this.#document} (rid, type, id, json, source_updated)`, documents);
    await copyIn(client, `${this.#tables.pending} (rid, origin)`, pending);
    await loadIndex(client, this.#schema, index, settled);
  }

  /** They are committed: their texts need not be sent again. */
  committed({ index }: PackedRows): void {
    this.#known.note(index.texts);
  }

  /** Gives documents other content, which decides what was pending. */
  async replace(client: Queryable, replaced: Resolution['replaced']): Promise<void> {
    if (replaced.length === 0) return;
    const rids = replaced.map(({ rid }) => rid);
    const texts = replaced.map(({ content }) => this.stamped(content));
    await client.query(
      `UPDATE ${this.#document} AS d SET json = n.json
       FROM unnest($1::bigint[], $2::text[]) AS n (rid, json) WHERE d.rid = n.rid`,
      [rids, texts],
    );
    await client.query(`DELETE FROM ${this.#tables.pending} WHERE rid = ANY ($1::bigint[])`, [rids]);
    await removeIndexRows(client, this.#schema, rids);
    const index = new RowBatch(this.#known);
    for (const { rid, content } of replaced) {
      if (content.indexed !== undefined) index.add(rid, content.indexed);
    }
    await loadIndex(client, this.#schema, index, true);
  }

  /** Adds documents one after the other, each settled with the one that has its key already. */
  async merge(client: Queryable, rows: readonly BuildRow[]): Promise<void> {
    const present = new Map<string, BuildRow>();
    for (const row of await this.#present(client, rows)) present.set(keyOf(row), row);
    const stored = new Set(present.values());
    const outcomes = new OutcomeCounts();
    const gone: number[] = [];
    for (const row of rows) {
      const key = keyOf(row);
      const existing = present.get(key);
      if (existing?.rid === row.rid) continue;
      if (existing !== undefined) {
        outcomes.add(row.type, existing.json === row.json);
        if (!supersedes(row, existing)) continue;
        if (stored.has(existing)) gone.push(existing.rid);
      }
      present.set(key, row);
    }
    await this.remove(client, gone);
    const added = [...present.values()].filter((row) => !stored.has(row));
    await this.load(client, this.packed(added), true);
    await outcomes.save(client, this.#tables.outcome);
  }

  /** Deletes documents by rid, with the note that they are pending. */
  async remove(client: Queryable, rids: readonly number[]): Promise<void> {
    if (rids.length === 0) return;
    for (const table of [this.#document, this.#tables.pending]) {
      await client.query(`DELETE FROM ${table} WHERE rid = ANY ($1::bigint[])`, [rids]);
    }
    await removeIndexRows(client, this.#schema, rids);
  }

  /** Those that have the keys of these rows. */
  async #present(client: Queryable, rows: readonly BuildRow[]): Promise<readonly BuildRow[]> {
    if (rows.length === 0) return [];
    const sql = `SELECT rid, type, id, json, source_updated AS "sourceUpdated" FROM ${this.#document}
      WHERE (type, id) IN (SELECT * FROM unnest($1::smallint[], $2::text[]))`;
    const values = [rows.map(({ type }) => type), rows.map(({ id }) => id)];
    const found = (await client.query(sql, values)).rows as Omit<BuildRow, 'pending' | 'indexed'>[];
    return found.map((row) => ({ ...row, pending: undefined, indexed: undefined }));
  }

  /** The conditional creates of these rids, taken out of their table, by rid. */
  async takeConditionalCreates(
    client: Queryable,
    rids: readonly number[],
  ): Promise<ReadonlyMap<number, IngestDocument>> {
    if (rids.length === 0) return new Map();
    const sql = `DELETE FROM ${this.#tables.conditionalCreate} WHERE rid = ANY ($1::bigint[]) RETURNING rid, document`;
    const rows = (await client.query(sql, [rids])).rows as { rid: number; document: string }[];
    if (rows.length < rids.length)
      throw new WarmfhirError('internal', 'A conditional create was settled twice.');
    return new Map(rows.map(({ rid, document }) => [rid, JSON.parse(document) as IngestDocument]));
  }
}

function keyOf({ type, id }: BuildRow): string {
  return `${type}/${id}`;
}
