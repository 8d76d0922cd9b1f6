import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import {
  type BulkResults,
  type BulkWrite,
  type BulkWriteResult,
  type BulkWrites,
  packResults,
  readBulkWrites,
} from '../bulk-write.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { type DocumentWrite, type Resolution, resolved, type Write, type WriteResult } from '../write.ts';
import type { Database, OpenTransaction } from './database.ts';
import type { Reply } from './database-connection.ts';
import { Expectations } from './expectations.ts';
import { IdLookups } from './id-lookups.ts';
import type { MasterGeneration, MasterGenerations } from './master-generations.ts';
import { OVERLAY_ROWS } from './read-statements.ts';
import { NOTE_OVERLAY } from './registry-statements.ts';
import type { RegistryWriter } from './registry-writer.ts';
import { type Call, call } from './statement.ts';
import { type MasterRow, type OverlayRow, type PlannedRows, WritePlan } from './write-plan.ts';
import {
  DOCUMENT_ROWS,
  FIRST_OVERLAY_RID,
  FORGET_VALUES,
  HISTORY_ROWS,
  MOVE_VALUES,
  rowCalls,
  SHADOW_ROWS,
  TAKE_RIDS,
  VALUE_ROWS,
} from './write-statements.ts';

type Tenant = Pick<TenantRecord, 'id' | 'serial' | 'generation' | 'overlay'>;

interface SmallRequest {
  readonly writes: readonly Write[];
  readonly bulk?: undefined;
  readonly now: number;
  readonly resolve: (results: readonly WriteResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Of so many writes that they cannot be held at once. */
interface BulkRequest {
  readonly bulk: BulkWrites;
  readonly now: number;
  readonly resolve: (results: BulkResults) => void;
  readonly reject: (error: unknown) => void;
}

type Request = SmallRequest | BulkRequest;

/** Documents after which a transaction takes no further request. */
const TOGETHER = 256;
/** Documents of a large request that are written at once: so long no other request has its turn. */
const AT_ONCE = 50;
/** Ids that one statement asks for. */
const IDS_AT_ONCE = 1_000;

/**
 * Writes of tenants. For each tenant one transaction runs at a time; what queues up meanwhile is committed together, each
 * request as a whole or not at all. Over all nodes the lock on the tenant's row puts its transactions in an order.
 */
export class TenantWriter {
  readonly #database: Database;
  readonly #masters: MasterGenerations;
  readonly #registry: RegistryWriter;
  readonly #queues = new Map<number, Request[]>();
  /** Serials of tenants whose record says that they have changed something. */
  readonly #noted = new Set<number>();

  constructor(parts: {
    readonly database: Database;
    readonly masters: MasterGenerations;
    readonly registry: RegistryWriter;
  }) {
    this.#database = parts.database;
    this.#masters = parts.masters;
    this.#registry = parts.registry;
  }

  write(tenant: Tenant, writes: readonly Write[], now: number): Promise<readonly WriteResult[]> {
    return new Promise((resolve, reject) => this.#add(tenant, { writes, now, resolve, reject }));
  }

  #add(tenant: Tenant, request: Request): void {
    const queue = this.#queues.get(tenant.serial);
    if (queue !== undefined) queue.push(request);
    else void this.#run(tenant, [request]);
  }

  /** As `write`, for so many that other requests have to get their turn in between; the results come one by one. */
  writeBulk(tenant: Tenant, bulk: BulkWrites, now: number): Promise<BulkResults> {
    return new Promise((resolve, reject) => this.#add(tenant, { bulk, now, resolve, reject }));
  }

  /** Keeps nothing of a tenant, once it has nothing to do. */
  release(serial: number): void {
    this.#noted.delete(serial);
  }

  async #run(tenant: Tenant, queue: Request[]): Promise<void> {
    this.#queues.set(tenant.serial, queue);
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      try {
        await this.#noteOverlay(tenant);
        const master = await this.#masters.get(tenant.generation);
        await this.#database.transaction(tenant.serial, (transaction) =>
          'bulk' in batch
            ? this.#commitBulk(transaction, tenant, master, batch)
            : this.#commitTogether(transaction, tenant, master, batch),
        );
      } catch (error) {
        for (const request of 'bulk' in batch ? [batch] : batch) request.reject(error);
      }
    }
    this.#queues.delete(tenant.serial);
  }

  /** The registry says that a tenant has changed something before the first document can be there. */
  async #noteOverlay(tenant: Tenant): Promise<void> {
    if (tenant.overlay || this.#noted.has(tenant.serial)) return;
    const reply = await this.#registry.change(tenant.id, call(NOTE_OVERLAY, tenant.serial));
    if (reply.count === 0) throw erased(tenant.id);
    this.#noted.add(tenant.serial);
  }

  async #commitTogether(
    transaction: OpenTransaction,
    tenant: Tenant,
    master: MasterGeneration,
    batch: readonly SmallRequest[],
  ): Promise<void> {
    const writes = batch.flatMap((request) => request.writes);
    const plan = await this.#plan((calls) => transaction.begin(calls), tenant, master, writes);
    const answers = batch.map((request) => settled(() => plan.apply(request.writes, request.now)));
    const calls = changeCalls(tenant.serial, plan.rows());
    if (calls.length > 0) await transaction.commit(calls);
    for (const [index, request] of batch.entries()) {
      const answer = answers[index]!;
      if ('error' in answer) request.reject(answer.error);
      else request.resolve(answer.results);
    }
  }

  /** Writes a request part by part, in one transaction. */
  async #commitBulk(
    transaction: OpenTransaction,
    tenant: Tenant,
    master: MasterGeneration,
    { bulk, now, resolve }: BulkRequest,
  ): Promise<void> {
    const results: BulkWriteResult[] = [];
    let isBegun = false;
    for (const part of partsOf(readBulkWrites(bulk))) {
      const ask = (calls: readonly Call[]) => (isBegun ? transaction.run(calls) : transaction.begin(calls));
      if (isResolving(part)) {
        // Of those that are found, one and several are told apart.
        const asked = part.map(({ type, criterion }) => ({ type, criterion, most: 1 }));
        const lookups = await IdLookups.of(this.#database, tenant.serial, master, asked);
        const found = lookups.found(await ask(lookups.calls));
        results.push(...part.map((each, index) => resolved(each, found[index]!)));
        isBegun = true;
        continue;
      }
      const writes = part;
      const plan = await this.#plan(ask, tenant, master, writes);
      isBegun = true;
      for (const result of plan.apply(writes, now)) results.push(withoutText(result));
      const calls = changeCalls(tenant.serial, plan.rows());
      if (calls.length > 0) await transaction.run(calls);
    }
    const packed = packResults(results);
    if (isBegun && !packed.isUndone) await transaction.commit([]);
    resolve(packed);
  }

  /** Takes the tenant's lock and, in the same round trip, what stands at every key that is written. */
  async #plan(
    ask: (calls: readonly Call[]) => Promise<Reply[]>,
    { id, serial }: Tenant,
    master: MasterGeneration,
    all: readonly Write[],
  ): Promise<WritePlan> {
    const expectations = await Expectations.of(this.#database, serial, master, all);
    const writes = all.filter((write) => write.kind !== 'expect');
    const parts = keysOf(writes);
    const asked = parts.flatMap(([, code, ids]): Call[] => [
      call(OVERLAY_ROWS, serial, code, ids),
      call(master.statements.untouchedRows, serial, code, ids),
    ]);
    // A review changes nothing of what a document is found by: where it is the master's, that is copied.
    const reviewed = keysOf(writes.filter(({ kind }) => kind === 'review'));
    const [taken, ...found] = await ask([
      call(TAKE_RIDS, serial, writes.length, FIRST_OVERLAY_RID),
      ...asked,
      ...reviewed.map(([, code, ids]) => call(master.statements.values, code, ids)),
      ...expectations.calls,
    ]);
    const { rid, erased: isErased } = taken!.rows[0] as { rid: number; erased: boolean };
    if (isErased) throw erased(id);
    const values = found.slice(asked.length, asked.length + reviewed.length);
    expectations.check(found.slice(asked.length + reviewed.length));
    const plan = new WritePlan(serial, master, rid);
    for (const [index, [type]] of parts.entries()) {
      for (const row of found[2 * index]!.rows) plan.addOverlayRow(type, row as unknown as OverlayRow);
      for (const row of found[2 * index + 1]!.rows) plan.addMasterRow(type, row as unknown as MasterRow);
    }
    for (const { rows } of values) for (const row of rows) plan.addMasterValue(row);
    return plan;
  }
}

/**
 * Requests of the queue, at least one, as long as there are not too many documents. One that expects something is alone: it
 * speaks of what is in the database, not of what those before it are about to write.
 */
function takeBatch(queue: Request[]): BulkRequest | readonly SmallRequest[] {
  const [first] = queue;
  if (first?.bulk !== undefined) {
    queue.shift();
    return first;
  }
  const batch: SmallRequest[] = [];
  let documents = 0;
  for (const request of queue) {
    if (request.bulk !== undefined) break;
    const isAlone = request.writes.some(({ kind }) => kind === 'expect');
    if (batch.length > 0 && (isAlone || documents + request.writes.length > TOGETHER)) break;
    documents += request.writes.length;
    batch.push(request);
    if (isAlone) break;
  }
  queue.splice(0, batch.length);
  return batch;
}

/** What puts planned rows into the database. */
function changeCalls(serial: number, rows: PlannedRows): Call[] {
  const { documents, history, shadows, values, forgotten, moved } = rows;
  return [
    ...rowCalls(HISTORY_ROWS, history),
    ...rowCalls(SHADOW_ROWS, shadows),
    ...rowCalls(DOCUMENT_ROWS, documents),
    ...(forgotten.length === 0 ? [] : [call(FORGET_VALUES, serial, forgotten)]),
    ...moved.map((rids) => call(MOVE_VALUES, serial, ...rids)),
    ...rowCalls(VALUE_ROWS, values),
  ];
}

/** Each of them all resolutions, which look at what was written before, or none. */
function* partsOf(writes: Iterable<BulkWrite>): Generator<readonly Write[] | readonly Resolution[]> {
  let part: BulkWrite[] = [];
  for (const write of writes) {
    const isOther = part.length > 0 && (part[0]!.kind === 'resolve') !== (write.kind === 'resolve');
    if (isOther || part.length === AT_ONCE) {
      yield part as Write[] | Resolution[];
      part = [];
    }
    part.push(write);
  }
  if (part.length > 0) yield part as Write[] | Resolution[];
}

function isResolving(part: readonly Write[] | readonly Resolution[]): part is readonly Resolution[] {
  return part[0]!.kind === 'resolve';
}

/** Of many results the texts would fill the memory. */
function withoutText(result: WriteResult): WriteResult {
  if (!('document' in result) || result.document === undefined || result.document.deleted) return result;
  return { ...result, document: { ...result.document, json: '' } } as WriteResult;
}

/** Ids by type, in parts that a statement can take: type, its code, ids. */
function keysOf(writes: readonly DocumentWrite[]): [type: string, code: number, ids: string[]][] {
  const byType = new Map<string, Set<string>>();
  for (const write of writes) {
    const { type, id } = 'content' in write ? write.content : write;
    const ids = byType.get(type);
    if (ids === undefined) byType.set(type, new Set([id]));
    else ids.add(id);
  }
  return [...byType].flatMap(([type, ids]) => {
    const all = [...ids];
    const code = resourceTypeCode(type);
    return Array.from(
      { length: Math.ceil(all.length / IDS_AT_ONCE) },
      (_, part) =>
        [type, code, all.slice(part * IDS_AT_ONCE, (part + 1) * IDS_AT_ONCE)] as [string, number, string[]],
    );
  });
}

function settled<Results>(task: () => Results): { readonly results: Results } | { readonly error: unknown } {
  try {
    return { results: task() };
  } catch (error) {
    return { error };
  }
}

function erased(tenant: string): WarmfhirError {
  return new WarmfhirError(
    'tenant-cold',
    `Tenant ${tenant} was deleted: call POST /warm-up-tenant to make it anew.`,
  );
}
