import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { Criterion } from '../../fhir/search/criterion.ts';
import type { DocumentVersion, VersionMethod } from '../document.ts';
import { planWrite } from '../plan-write.ts';
import {
  type DocumentWrite,
  type Expectation,
  type Resolution,
  type Resolved,
  resolved,
  type Write,
  type WriteResult,
} from '../write.ts';
import type { MasterFile, MasterRow } from './master-file.ts';
import { documentOf, type OverlayFile, type OverlayRow } from './overlay-file.ts';
import { FIRST_OVERLAY_RID } from './overlay-rid.ts';
import { CollectionSearch } from './search/collection-search.ts';

/**
 * Applies writes to one tenant's overlay. The caller holds the transaction.
 */
export class OverlayWriter {
  readonly #overlay: OverlayFile;
  readonly #master: MasterFile;
  #nextRid: number;

  constructor(overlay: OverlayFile, master: MasterFile) {
    this.#overlay = overlay;
    this.#master = master;
    const highest = overlay.one('SELECT max(rid) AS rid FROM document') as { rid: number | null };
    this.#nextRid = (highest.rid ?? FIRST_OVERLAY_RID - 1) + 1;
  }

  /** Throws what `planWrite` throws; the caller then rolls back. */
  apply(write: Write, now: number): WriteResult {
    if (write.kind === 'expect') return this.#expect(write);
    const { type, id } = 'content' in write ? write.content : write;
    const row = this.#overlay.row(type, id);
    const master = row === undefined ? this.#master.row(type, id) : undefined;
    const current =
      row !== undefined ? documentOf(row) : master && this.#master.document(type, id, master.json);
    const { result, next } = planWrite(write, current, this.#master.generation, now);
    if (next === undefined) return result;
    const rid = this.#nextRid++;
    if (row !== undefined) this.#replace(rid, row, next.document, next.method);
    else this.#insert(rid, next.document, next.method, master);
    this.#index(rid, write, row, master);
    return result;
  }

  /** What was written before in the transaction is searched too. */
  #expect({ type, criterion, ids }: Expectation): WriteResult {
    const found = this.#find(type, criterion, ids.length + 1);
    const expected = new Set(ids);
    if (found.length !== expected.size || !found.every((id) => expected.has(id))) {
      throw new WarmfhirError('write-contended');
    }
    return { status: 'expected' };
  }

  /** What was written before in the transaction is found too. */
  resolve(resolution: Resolution): Resolved {
    return resolved(resolution, this.#find(resolution.type, resolution.criterion, 2));
  }

  #find(type: string, criterion: Criterion, most: number): readonly string[] {
    const search = new CollectionSearch({
      ...this.#master.searched(),
      overlay: this.#overlay.searchedWhileWriting(),
    });
    return search.find([{ type, criterion }], most).map(({ id }) => id);
  }

  /** What the new version is found by. A review changes nothing of that. */
  #index(
    rid: number,
    write: DocumentWrite,
    row: OverlayRow | undefined,
    master: MasterRow | undefined,
  ): void {
    const indexes = this.#overlay.indexes(this.#master);
    if ('content' in write) {
      if (row !== undefined) indexes.remove(row.rid);
      if (write.content.indexed !== undefined) indexes.add(rid, write.content.indexed);
    } else if (write.kind === 'delete') {
      if (row !== undefined) indexes.remove(row.rid);
    } else if (row !== undefined) indexes.move(row.rid, rid);
    else if (master !== undefined) indexes.copy(master.rid, rid);
    indexes.flush();
  }

  #replace(rid: number, row: OverlayRow, document: DocumentVersion, method: VersionMethod): void {
    this.#overlay.run(
      `INSERT INTO history (type, id, version, last_updated, method, reviewed_at, json)
       SELECT type, id, version, last_updated, method, reviewed_at, json FROM document WHERE rid = ?`,
      row.rid,
    );
    this.#overlay.run(
      `UPDATE document SET rid = ?, version = ?, last_updated = ?, method = ?, reviewed_at = ?, json = ? WHERE rid = ?`,
      rid,
      ...columns(document, method),
      row.rid,
    );
  }

  #insert(
    rid: number,
    document: DocumentVersion,
    method: VersionMethod,
    master: MasterRow | undefined,
  ): void {
    const type = resourceTypeCode(document.type);
    if (master !== undefined) {
      // The master's bytes go along, so that a later pruning of its generation breaks no history.
      this.#overlay.run(
        `INSERT INTO history (type, id, version, last_updated, method, reviewed_at, json)
         VALUES (?, ?, ?, ?, 'POST', NULL, ?)`,
        type,
        document.id,
        this.#master.version,
        this.#master.lastUpdated,
        master.json,
      );
      this.#overlay.run('INSERT INTO shadow (type, master_rid) VALUES (?, ?)', type, master.rid);
    }
    this.#overlay.run(
      `INSERT INTO document (rid, type, id, replaces, first_rid, version, last_updated, method, reviewed_at, json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      rid,
      type,
      document.id,
      master?.rid ?? null,
      master?.rid ?? rid,
      ...columns(document, method),
    );
  }
}

/** version, last_updated, method, reviewed_at, json */
function columns(document: DocumentVersion, method: VersionMethod): unknown[] {
  return [
    document.version,
    document.lastUpdated,
    method,
    document.deleted ? null : document.reviewTime,
    document.deleted ? null : document.json,
  ];
}
