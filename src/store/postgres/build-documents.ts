import { WarmfhirError } from '../../errors.ts';
import { stamp } from '../../fhir/resource-content.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { IndexedValues } from '../../fhir/search/indexed-values.ts';
import { masterVersion } from '../document.ts';
import { supersedes } from '../duplicate.ts';
import type { IngestDocument } from '../generation.ts';
import { type BuildTables, buildTables } from './build-tables.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { copyIn } from './copy-in.ts';
import { masterTables } from './master-tables.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { Queryable } from './owner.ts';
import { IndexValues } from './search/value-copy.ts';

/** A document on its way into the table. */
export interface BuildRow {
  readonly rid: number;
  readonly type: number;
  readonly id: string;
  readonly json: string;
  readonly sourceUpdated: number | null;
  /** Where it came from, as JSON, while it is pending; null where that is not known; undefined when it is not pending. */
  readonly pending: string | null | undefined;
  readonly indexed?: IndexedValues | undefined;
}

/** Rows of the document table and of its values, as COPY takes them. */
export interface PackedRows {
  readonly documents: CopyBuffer;
  readonly values: CopyBuffer;
}

/** Puts documents into the tables of a build. */
export class BuildDocuments {
  readonly #version: number;
  readonly #startedAt: number;
  readonly #document: string;
  readonly #values: IndexValues;
  readonly #tables: BuildTables;

  constructor(generation: number, startedAt: number) {
    this.#version = masterVersion(generation);
    this.#startedAt = startedAt;
    this.#document = masterTables(generation).document;
    this.#values = new IndexValues(generation);
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
    for (const { rid, type, id, json, sourceUpdated } of rows) {
      documents.row(5).int8(rid).int2(type).text(id).text(json).int8(sourceUpdated);
    }
    return { documents, values: this.#values.packed(rows) };
  }

  /** Adds documents without a look at what is there: while nothing is settled. */
  async load(client: Queryable, rows: readonly BuildRow[], packed: PackedRows): Promise<void> {
    await copyIn(client, `${this.#document} (rid, type, id, json, source_updated)`, packed.documents);
    await this.#values.load(client, packed.values);
    const pending = new CopyBuffer();
    for (const row of rows) {
      if (row.pending !== undefined) pending.row(2).int8(row.rid).text(row.pending);
    }
    await copyIn(client, `${this.#tables.pending} (rid, origin)`, pending);
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
    await this.load(client, added, this.packed(added));
    await outcomes.save(client, this.#tables.outcome);
  }

  /** Deletes documents by rid, with the note that they are pending. */
  async remove(client: Queryable, rids: readonly number[]): Promise<void> {
    if (rids.length === 0) return;
    for (const table of [this.#document, this.#tables.pending]) {
      await client.query(`DELETE FROM ${table} WHERE rid = ANY ($1::bigint[])`, [rids]);
    }
    await this.#values.remove(client, rids);
  }

  /** Gives documents other texts, with what those are found by. */
  async replace(
    client: Queryable,
    replaced: readonly { readonly rid: number; readonly content: IngestDocument['content'] }[],
  ): Promise<void> {
    const rids = replaced.map(({ rid }) => rid);
    await client.query(
      `UPDATE ${this.#document} AS d SET json = n.json
       FROM unnest($1::bigint[], $2::text[]) AS n (rid, json) WHERE d.rid = n.rid`,
      [rids, replaced.map(({ content }) => this.stamped(content))],
    );
    const found = replaced.map(({ rid, content }) => ({ rid, indexed: content.indexed }));
    await this.#values.remove(client, rids);
    await this.#values.load(client, this.#values.packed(found));
  }

  /** Those that have the keys of these rows. */
  async #present(client: Queryable, rows: readonly BuildRow[]): Promise<readonly BuildRow[]> {
    if (rows.length === 0) return [];
    const sql = `SELECT rid, type, id, json, source_updated AS "sourceUpdated" FROM ${this.#document}
      WHERE (type, id) IN (SELECT * FROM unnest($1::smallint[], $2::text[]))`;
    const values = [rows.map(({ type }) => type), rows.map(({ id }) => id)];
    const found = (await client.query(sql, values)).rows as Omit<BuildRow, 'pending'>[];
    return found.map((row) => ({ ...row, pending: undefined }));
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
