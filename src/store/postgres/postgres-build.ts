import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import { type BuiltRow, builtDocument } from '../built-row.ts';
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
import { BuildDocuments } from './build-documents.ts';
import type { BuildSession } from './build-session.ts';
import { type BuildTables, buildTables } from './build-tables.ts';
import { type MasterTables, masterTables } from './master-tables.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { Queryable } from './owner.ts';
import { settleDocuments } from './settle-documents.ts';

const STREAM_RIDS = 2 ** 31;
const MAX_STREAM = 510;
/** Rows read at a time. */
const CHUNK = 500;

/** What the engine does once a build is filled, or thrown away. */
export interface BuildOwner {
  seal(session: BuildSession, completedAt: number, message: string): Promise<void>;
  discard(generation: number): Promise<void>;
}

/**
 * A generation that is being built. Documents come in by COPY, without keys and without a look at what is there; with the
 * first question about them they are settled: indexed, and duplicates decided. What comes later is merged.
 */
export class PostgresBuild implements GenerationBuild {
  readonly number: number;
  readonly startedAt: number;
  readonly resumed: boolean;
  readonly #session: BuildSession;
  readonly #owner: BuildOwner;
  readonly #documents: BuildDocuments;
  readonly #master: MasterTables;
  readonly #tables: BuildTables;
  #settling: Promise<void> | undefined;
  #closed = false;

  constructor(options: {
    readonly session: BuildSession;
    readonly startedAt: number;
    readonly resumed: boolean;
    readonly owner: BuildOwner;
  }) {
    this.number = options.session.generation;
    this.startedAt = options.startedAt;
    this.resumed = options.resumed;
    this.#session = options.session;
    this.#owner = options.owner;
    this.#documents = new BuildDocuments(this.number, this.startedAt);
    this.#master = masterTables(this.number);
    this.#tables = buildTables(this.number);
  }

  async checkpoints(): Promise<ReadonlyMap<number, string>> {
    const sql = `SELECT stream, value FROM ${this.#tables.checkpoint}`;
    const rows = await this.#session.query<{ stream: number; value: string }>(sql);
    return new Map(rows.map(({ stream, value }) => [stream, value]));
  }

  async write(batch: IngestBatch): Promise<void> {
    if (batch.stream > MAX_STREAM) {
      throw new WarmfhirError('ingest-source-invalid', `An ingest takes at most ${MAX_STREAM + 1} streams.`);
    }
    const first = batch.stream * STREAM_RIDS + 1;
    const rows = batch.documents.map((document) => this.#documents.row(first + document.position, document));
    const packed = this.#session.settled ? undefined : this.#documents.packed(rows);
    await this.#session.write(async (client, settled) => {
      if (packed === undefined || settled) await this.#documents.merge(client, rows);
      else await this.#documents.load(client, rows, packed);
      await this.#addConditionalCreates(client, first, batch.conditionalCreates);
      await this.#addRejects(client, batch.rejects);
      await client.query(
        `INSERT INTO ${this.#tables.checkpoint} VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE SET value = excluded.value`,
        [batch.stream, batch.checkpoint],
      );
    });
  }

  async *conditionalCreates(): AsyncIterable<readonly UndecidedCreate[]> {
    const sql = `SELECT rid, criteria, document FROM ${this.#tables.conditionalCreate}
      WHERE rid > $1 ORDER BY rid LIMIT $2`;
    for await (const rows of this.#chunks<{ rid: number; criteria: string; document: string }>(sql)) {
      yield rows.map((row) => ({ ...row, document: JSON.parse(row.document) as IngestDocument }));
    }
  }

  async *pendingDocuments(): AsyncIterable<readonly BuiltDocument[]> {
    await this.#settle();
    const sql = `SELECT rid, type, id, json, origin FROM ${this.#tables.pending} JOIN ${this.#master.document} USING (rid)
      WHERE rid > $1 ORDER BY rid LIMIT $2`;
    for await (const rows of this.#chunks<BuiltRow>(sql)) yield rows.map(builtDocument);
  }

  async *documentsOfType(type: string): AsyncIterable<readonly BuiltDocument[]> {
    await this.#settle();
    const sql = `SELECT rid, type, id, json, NULL AS origin FROM ${this.#master.document}
      WHERE type = ${resourceTypeCode(type)} AND rid > $1 ORDER BY rid LIMIT $2`;
    for await (const rows of this.#chunks<BuiltRow>(sql)) yield rows.map(builtDocument);
  }

  async held(keys: readonly DocumentKey[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    await this.#settle();
    const sql = `SELECT type, id FROM ${this.#master.document}
      WHERE (type, id) IN (SELECT * FROM unnest($1::smallint[], $2::text[]))`;
    const values = [keys.map(({ type }) => resourceTypeCode(type)), keys.map(({ id }) => id)];
    const rows = await this.#session.query<{ type: number; id: string }>(sql, values);
    return new Set(rows.map(({ type, id }) => `${resourceTypeOfCode(type)}/${id}`));
  }

  async resolve(resolution: Resolution): Promise<void> {
    await this.#settle();
    const { replaced, created, unchanged, rejected } = resolution;
    const ridsOf = (each: readonly { readonly rid: number }[]) => each.map(({ rid }) => rid);
    await this.#session.write(async (client) => {
      await this.#replace(client, replaced);
      const taken = await this.#documents.takeConditionalCreates(client, ridsOf([...created, ...unchanged]));
      const rows = created.map(({ rid }) => this.#documents.row(rid, taken.get(rid)!));
      await this.#documents.merge(client, rows);
      const outcomes = new OutcomeCounts();
      for (const { rid } of unchanged) outcomes.add(resourceTypeCode(taken.get(rid)!.content.type), true);
      await outcomes.save(client, this.#tables.outcome);
      const gone = ridsOf(rejected);
      await this.#documents.remove(client, gone);
      const creates = this.#tables.conditionalCreate;
      await client.query(`DELETE FROM ${creates} WHERE rid = ANY ($1::bigint[])`, [gone]);
      await this.#addRejects(
        client,
        rejected.map(({ reject }) => reject),
      );
    });
  }

  async counts(): Promise<readonly TypeCounts[]> {
    await this.#settle();
    const rows = await this.#session.query<Omit<TypeCounts, 'type'> & { type: number }>(
      `SELECT type, coalesce(stored, 0) AS stored, coalesce(unchanged, 0) AS unchanged,
         coalesce(superseded, 0) AS superseded
       FROM (SELECT type, count(*) AS stored FROM ${this.#master.document} GROUP BY type) counted
         FULL JOIN ${this.#tables.outcome} USING (type) ORDER BY type`,
    );
    return rows.map((row) => ({ ...row, type: resourceTypeOfCode(row.type) }));
  }

  async rejectCount(): Promise<number> {
    const sql = `SELECT count(*) AS rejects FROM ${this.#tables.reject}`;
    return (await this.#session.query<{ rejects: number }>(sql))[0]!.rejects;
  }

  async *rejects(): AsyncIterable<readonly Reject[]> {
    const sql = `SELECT number AS rid, json FROM ${this.#tables.reject} WHERE number > $1 ORDER BY number LIMIT $2`;
    for await (const rows of this.#chunks<{ rid: number; json: string }>(sql)) {
      yield rows.map(({ json }) => JSON.parse(json) as Reject);
    }
  }

  async bytes(): Promise<number> {
    const sql = `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class
      WHERE relnamespace = $1::regnamespace AND relkind = 'r'`;
    return (await this.#session.query<{ bytes: number }>(sql, [this.#master.schema]))[0]!.bytes;
  }

  async seal(completedAt: number, message: string): Promise<void> {
    await this.#settle();
    await this.#owner.seal(this.#session, completedAt, message);
    await this.close();
  }

  async discard(): Promise<void> {
    await this.#owner.discard(this.number);
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.close();
  }

  async #settle(): Promise<void> {
    if (this.#session.settled) return;
    this.#settling ??= settleDocuments(this.#session, this.#documents).finally(() => {
      this.#settling = undefined;
    });
    await this.#settling;
  }

  async #replace(client: Queryable, replaced: Resolution['replaced']): Promise<void> {
    if (replaced.length === 0) return;
    await this.#documents.replace(client, replaced);
    const rids = replaced.map(({ rid }) => rid);
    await client.query(`DELETE FROM ${this.#tables.pending} WHERE rid = ANY ($1::bigint[])`, [rids]);
  }

  async #addConditionalCreates(
    client: Queryable,
    first: number,
    creates: IngestBatch['conditionalCreates'],
  ): Promise<void> {
    if (creates.length === 0) return;
    await client.query(
      `INSERT INTO ${this.#tables.conditionalCreate} SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
       ON CONFLICT (rid) DO UPDATE SET criteria = excluded.criteria, document = excluded.document`,
      [
        creates.map(({ document }) => first + document.position),
        creates.map(({ criteria }) => criteria),
        creates.map(({ document }) => JSON.stringify(document)),
      ],
    );
  }

  async #addRejects(client: Queryable, rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    const sql = `INSERT INTO ${this.#tables.reject} (json) SELECT * FROM unnest($1::text[])`;
    await client.query(sql, [rejects.map((reject) => JSON.stringify(reject))]);
  }

  async *#chunks<Row extends { readonly rid: number }>(sql: string): AsyncIterable<Row[]> {
    let after = 0;
    while (true) {
      const rows = await this.#session.query<Row>(sql, [after, CHUNK]);
      if (rows.length > 0) yield rows;
      if (rows.length < CHUNK) return;
      after = rows.at(-1)!.rid;
    }
  }
}
