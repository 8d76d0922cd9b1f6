import { inRanges } from '../../fhir/instant-range.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { StoredDocument } from '../document.ts';
import type { DocumentFilter } from '../page.ts';
import type { RidDocument } from '../page-cursor.ts';
import type { MasterFile } from './master-file.ts';
import { documentOf, type OverlayFile, type OverlayRow } from './overlay-file.ts';

/** One side of a collection, walked by rid under a filter without ids. */
export interface PageArm {
  /** At most `limit` documents with a rid below `rid`, highest first. */
  below(rid: number, limit: number): RidDocument[];
  /** At most `limit` documents with a rid above `rid`, lowest first. */
  above(rid: number, limit: number): RidDocument[];
  count(): number;
}

/** What a tenant has changed or made. */
export class OverlayArm implements PageArm {
  readonly #overlay: OverlayFile;
  readonly #where: string;
  readonly #parameters: number[];

  constructor(overlay: OverlayFile, filter: DocumentFilter) {
    this.#overlay = overlay;
    this.#parameters = [resourceTypeCode(filter.type)];
    let where = 'type = ? AND json IS NOT NULL';
    if (filter.reviewed !== undefined)
      where += ` AND reviewed_at IS ${filter.reviewed ? 'NOT NULL' : 'NULL'}`;
    for (const range of filter.lastUpdated ?? []) {
      where += ` AND ${range.negate ? 'NOT ' : ''}(last_updated >= ? AND last_updated < ?)`;
      this.#parameters.push(range.from ?? Number.MIN_SAFE_INTEGER, range.until ?? Number.MAX_SAFE_INTEGER);
    }
    this.#where = where;
  }

  below(rid: number, limit: number): RidDocument[] {
    return this.#rows('rid < ? ORDER BY rid DESC', rid, limit);
  }

  above(rid: number, limit: number): RidDocument[] {
    return this.#rows('rid > ? ORDER BY rid', rid, limit);
  }

  count(): number {
    const sql = `SELECT count(*) AS documents FROM document WHERE ${this.#where}`;
    return (this.#overlay.one(sql, ...this.#parameters) as { documents: number }).documents;
  }

  #rows(bound: string, rid: number, limit: number): RidDocument[] {
    const sql = `SELECT * FROM document WHERE ${this.#where} AND ${bound} LIMIT ?`;
    const rows = this.#overlay.all(sql, ...this.#parameters, rid, limit) as OverlayRow[];
    return rows.map((row) => ({ rid: row.rid, document: documentOf(row) as StoredDocument }));
  }
}

/** Rids looked at in one go while shadowed ones are dropped. */
const STRIDE = 512;

/** The generation that a tenant is pinned to, less what its overlay shadows. */
export class MasterArm implements PageArm {
  readonly #master: MasterFile;
  readonly #overlay: OverlayFile | undefined;
  readonly #type: string;
  /** Every document of a generation has the same time and no review: so a filter takes all of them or none. */
  readonly #applies: boolean;

  constructor(master: MasterFile, overlay: OverlayFile | undefined, filter: DocumentFilter) {
    this.#master = master;
    this.#overlay = overlay;
    this.#type = filter.type;
    this.#applies = filter.reviewed !== true && inRanges(master.lastUpdated, filter.lastUpdated);
  }

  below(rid: number, limit: number): RidDocument[] {
    return this.#collect(rid, limit, (from, stride) => this.#master.newest(this.#type, from, stride));
  }

  above(rid: number, limit: number): RidDocument[] {
    return this.#collect(rid, limit, (from, stride) => this.#master.oldest(this.#type, from, stride));
  }

  count(): number {
    if (!this.#applies) return 0;
    const sql = 'SELECT count(*) AS documents FROM shadow WHERE type = ?';
    const shadowed = this.#overlay?.one(sql, resourceTypeCode(this.#type)) as
      | { documents: number }
      | undefined;
    return (this.#master.counts().get(this.#type) ?? 0) - (shadowed?.documents ?? 0);
  }

  #collect(start: number, limit: number, stretch: (from: number, stride: number) => number[]): RidDocument[] {
    const found: RidDocument[] = [];
    if (!this.#applies) return found;
    const stride = this.#overlay === undefined ? limit : Math.max(STRIDE, limit);
    let from = start;
    while (found.length < limit) {
      const rids = stretch(from, stride);
      for (const rid of rids) {
        if (found.length === limit) break;
        if (this.#isShadowed(rid)) continue;
        const row = this.#master.rowOf(rid);
        found.push({ rid, document: this.#master.document(this.#type, row.id, row.json) });
      }
      if (rids.length < stride) break;
      from = rids.at(-1)!;
    }
    return found;
  }

  #isShadowed(rid: number): boolean {
    if (this.#overlay === undefined) return false;
    const sql = 'SELECT 1 FROM shadow WHERE type = ? AND master_rid = ?';
    return this.#overlay.one(sql, resourceTypeCode(this.#type), rid) !== undefined;
  }
}
