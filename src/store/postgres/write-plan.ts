import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { IndexedValues } from '../../fhir/search/indexed-values.ts';
import type { DocumentVersion, VersionMethod } from '../document.ts';
import { planWrite } from '../plan-write.ts';
import type { Write, WriteResult } from '../write.ts';
import { type VersionRow, versionOf } from './document-row.ts';
import type { MasterGeneration } from './master-generations.ts';
import { INDEX_COLUMNS } from './search/value-columns.ts';
import { indexRows } from './search/value-rows.ts';
import type { Row } from './statement.ts';

/** A row of the overlay, as it stood when the transaction took the tenant's lock. */
export interface OverlayRow extends VersionRow {
  readonly is_new: boolean;
  readonly rid: number;
  readonly replaces: number | null;
  readonly first_rid: number;
}

/** A master document that the tenant has not changed. */
export interface MasterRow {
  readonly rid: number;
  readonly id: string;
  readonly json: string;
}

/** What stands at one key while a transaction is planned. */
interface Standing {
  readonly current: DocumentVersion | undefined;
  readonly method: VersionMethod;
  readonly isNew: boolean;
  readonly replaces: number | null;
  readonly firstRid: number | null;
  /** Set once the transaction has changed it. */
  readonly rid: number | null;
  /** The rid that it had in the overlay before. */
  readonly formerRid: number | null;
  /** What it is found by: as before, or what its new content says; undefined for nothing. */
  readonly found: 'as before' | IndexedValues | undefined;
}

/** Rows that a transaction adds, in the order of their tables' columns. */
export interface PlannedRows {
  readonly documents: readonly (readonly unknown[])[];
  readonly history: readonly (readonly unknown[])[];
  readonly shadows: readonly (readonly unknown[])[];
  readonly values: readonly (readonly unknown[])[];
  /** Rids whose values go. */
  readonly forgotten: readonly number[];
  /** Rids whose values now belong to another. */
  readonly moved: readonly (readonly [from: number, to: number])[];
}

/** The key of a document. */
export function keyOf(type: string, id: string): string {
  return `${type}/${id}`;
}

/**
 * Plans one transaction of a tenant in memory: the writes of several requests, each of which is applied wholly or not at
 * all. Every version that it replaces goes into the history, the master's bytes among them, so that pruning a generation
 * breaks no history.
 */
export class WritePlan {
  readonly #serial: number;
  readonly #master: MasterGeneration;
  #nextRid: number;
  readonly #standing = new Map<string, Standing>();
  /** What master documents are found by, by their rid. */
  readonly #masterValues = new Map<number, Row[]>();
  readonly #history: unknown[][] = [];
  readonly #shadows: unknown[][] = [];

  /** @param firstRid the first of as many rids as there are writes */
  constructor(serial: number, master: MasterGeneration, firstRid: number) {
    this.#serial = serial;
    this.#master = master;
    this.#nextRid = firstRid;
  }

  addOverlayRow(type: string, row: OverlayRow): void {
    this.#standing.set(keyOf(type, row.id), {
      current: versionOf(type, row.id, row),
      method: row.method,
      isNew: row.is_new,
      replaces: row.replaces,
      firstRid: row.first_rid,
      rid: null,
      formerRid: row.rid,
      found: 'as before',
    });
  }

  addMasterRow(type: string, row: MasterRow): void {
    const current = this.#master.document(type, row.id, row.json);
    const fresh = { method: 'POST', isNew: true, firstRid: null, rid: null, formerRid: null } as const;
    this.#standing.set(keyOf(type, row.id), { current, replaces: row.rid, found: 'as before', ...fresh });
  }

  /** A row of what a master document is found by. */
  addMasterValue(row: Row): void {
    const rid = row.rid as number;
    const rows = this.#masterValues.get(rid);
    if (rows === undefined) this.#masterValues.set(rid, [row]);
    else rows.push(row);
  }

  /** The writes of one request. Throws what `planWrite` throws, and then nothing of the request is planned. */
  apply(writes: readonly Write[], now: number): readonly WriteResult[] {
    const changed = new Map<string, Standing>();
    const history: unknown[][] = [];
    const shadows: unknown[][] = [];
    const results = writes.map((write): WriteResult => {
      if (write.kind === 'expect') return { status: 'expected' };
      const { type, id } = 'content' in write ? write.content : write;
      const key = keyOf(type, id);
      const standing = changed.get(key) ?? this.#standing.get(key);
      const { result, next } = planWrite(write, standing?.current, this.#master.number, now);
      if (next === undefined) return result;
      const rid = this.#nextRid++;
      const replaces = standing?.replaces ?? null;
      if (standing?.current !== undefined) {
        const isCopy = standing.firstRid === null;
        history.push([...this.#versionRow(standing, standing.current), isCopy, next.document.lastUpdated]);
        if (isCopy) shadows.push([this.#serial, resourceTypeCode(type), replaces]);
      }
      changed.set(key, {
        current: next.document,
        method: next.method,
        isNew: !next.document.deleted && (standing?.current?.deleted ?? true),
        replaces,
        firstRid: standing?.firstRid ?? replaces ?? rid,
        rid,
        formerRid: standing?.formerRid ?? null,
        found:
          'content' in write ? write.content.indexed : write.kind === 'delete' ? undefined : standing!.found,
      });
      return result;
    });
    for (const [key, standing] of changed) this.#standing.set(key, standing);
    this.#history.push(...history);
    this.#shadows.push(...shadows);
    return results;
  }

  rows(): PlannedRows {
    const documents: unknown[][] = [];
    const values: unknown[][] = [];
    const forgotten: number[] = [];
    const moved: (readonly [number, number])[] = [];
    for (const standing of this.#standing.values()) {
      const { current, replaces, firstRid, rid, formerRid, found } = standing;
      if (rid === null || current === undefined) continue;
      const [serial, type, id, ...version] = this.#versionRow(standing, current);
      const json = version.pop();
      documents.push([serial, type, id, rid, ...version, replaces, firstRid, json]);
      if (found === 'as before') {
        if (formerRid !== null) moved.push([formerRid, rid]);
        else values.push(...this.#copiedValues(replaces!, rid));
        continue;
      }
      if (formerRid !== null) forgotten.push(formerRid);
      if (found !== undefined) {
        for (const row of indexRows(rid, found, this.#master.addresses)) values.push([this.#serial, ...row]);
      }
    }
    return { documents, history: this.#history, shadows: this.#shadows, values, forgotten, moved };
  }

  #copiedValues(masterRid: number, rid: number): unknown[][] {
    const rows = this.#masterValues.get(masterRid) ?? [];
    return rows.map((row) => [this.#serial, rid, ...INDEX_COLUMNS.slice(1).map(([name]) => row[name])]);
  }

  /** tenant_id, type, id, version, last_updated, method, is_new, reviewed_at, json */
  #versionRow({ method, isNew }: Standing, document: DocumentVersion): unknown[] {
    const { type, id, version, lastUpdated } = document;
    const [reviewed, json] = document.deleted ? [null, null] : [document.reviewTime, document.json];
    return [this.#serial, resourceTypeCode(type), id, version, lastUpdated, method, isNew, reviewed, json];
  }
}
