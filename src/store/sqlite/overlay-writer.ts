import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion, VersionMethod } from '../document.ts';
import { planWrite } from '../plan-write.ts';
import type { Write, WriteResult } from '../write.ts';
import type { MasterFile, MasterRow } from './master-file.ts';
import { documentOf, FIRST_OVERLAY_RID, type OverlayFile, type OverlayRow } from './overlay-file.ts';

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
    const { type, id } = 'content' in write ? write.content : write;
    const row = this.#overlay.row(type, id);
    const master = row === undefined ? this.#master.row(type, id) : undefined;
    const current =
      row !== undefined ? documentOf(row) : master && this.#master.document(type, id, master.json);
    const { result, next } = planWrite(write, current, this.#master.generation, now);
    if (next === undefined) return result;
    if (row !== undefined) this.#replace(row, next.document, next.method);
    else this.#insert(next.document, next.method, master);
    return result;
  }

  #replace(row: OverlayRow, document: DocumentVersion, method: VersionMethod): void {
    this.#overlay.run(
      `INSERT INTO history (type, id, version, last_updated, method, reviewed_at, json)
       SELECT type, id, version, last_updated, method, reviewed_at, json FROM document WHERE rid = ?`,
      row.rid,
    );
    this.#overlay.run(
      `UPDATE document SET rid = ?, version = ?, last_updated = ?, method = ?, reviewed_at = ?, json = ? WHERE rid = ?`,
      this.#nextRid++,
      ...columns(document, method),
      row.rid,
    );
  }

  #insert(document: DocumentVersion, method: VersionMethod, master: MasterRow | undefined): void {
    const type = resourceTypeCode(document.type);
    const rid = this.#nextRid++;
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
