import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion, StoredDocument } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { ListPage, ListQuery, ReviewCount } from '../list.ts';
import { type PackedPage, packPage } from '../packed-page.ts';
import type { SearchQuery } from '../search.ts';
import { HistoryReader } from './history-reader.ts';
import type { MasterFile } from './master-file.ts';
import { documentOf, type OverlayFile, type OverlayRow } from './overlay-file.ts';
import { CollectionSearch } from './search/collection-search.ts';

/**
 * Reads one tenant's collection: overlay and master as if they were one. Every document lives wholly in one arm, so
 * each arm is asked by itself and the ordered results are put together here.
 */
export class CollectionReader {
  readonly #master: MasterFile;
  readonly #overlay: OverlayFile | undefined;

  constructor(master: MasterFile, overlay: OverlayFile | undefined) {
    this.#master = master;
    this.#overlay = overlay;
  }

  read(type: string, id: string): DocumentVersion | undefined {
    return this.#overlay?.read(type, id) ?? this.#master.read(type, id);
  }

  history(query: HistoryQuery): HistoryPage {
    return new HistoryReader(this.#master, this.#overlay).page(query);
  }

  readVersion(type: string, id: string, version: number): DocumentVersion | undefined {
    const row = this.#overlay?.row(type, id);
    if (row === undefined) {
      return version === this.#master.version ? this.#master.read(type, id) : undefined;
    }
    return row.version === version ? documentOf(row) : this.#overlay!.formerVersion(type, id, version);
  }

  list(query: ListQuery): ListPage {
    const offset = (query.page - 1) * query.count;
    if (query.reviewed === true) return this.#listReviewed(query, offset);
    const code = resourceTypeCode(query.type);
    const hidden = query.reviewed === false ? 'json IS NULL OR reviewed_at IS NOT NULL' : 'json IS NULL';
    const without = this.#column(
      `SELECT replaces AS value FROM document WHERE type = ? AND replaces IS NOT NULL AND (${hidden})`,
      code,
    );
    const fromMaster = (this.#master.counts().get(query.type) ?? 0) - without.length;
    const rids = offset < fromMaster ? this.#master.slice(query.type, without, offset, query.count) : [];
    const documents = rids.map((rid) => this.#firstSeen(query.type, rid));
    const own = `FROM document WHERE type = ? AND replaces IS NULL AND NOT (${hidden})`;
    const ownCount = this.#column(`SELECT count(*) AS value ${own}`, code)[0] ?? 0;
    const left = query.count - documents.length;
    if (left > 0 && ownCount > 0) {
      const sql = `SELECT * ${own} ORDER BY first_rid LIMIT ? OFFSET ?`;
      const rows = this.#overlay!.all(sql, code, left, Math.max(0, offset - fromMaster)) as OverlayRow[];
      documents.push(...rows.map((row) => documentOf(row) as StoredDocument));
    }
    return { documents, totalItems: fromMaster + ownCount };
  }

  reviewCounts(): ReviewCount[] {
    const total = new Map(this.#master.counts());
    const reviewed = new Map<string, number>();
    const sql = `SELECT type, sum(json IS NOT NULL) - sum(replaces IS NOT NULL) AS added,
      sum(json IS NOT NULL AND reviewed_at IS NOT NULL) AS reviewed FROM document GROUP BY type`;
    const rows = (this.#overlay?.all(sql) ?? []) as { type: number; added: number; reviewed: number }[];
    for (const row of rows) {
      const type = resourceTypeOfCode(row.type);
      total.set(type, (total.get(type) ?? 0) + row.added);
      reviewed.set(type, row.reviewed);
    }
    return [...total]
      .filter(([, documents]) => documents > 0)
      .map(([type, documents]) => {
        const done = reviewed.get(type) ?? 0;
        return { type, reviewed: done, unreviewed: documents - done };
      })
      .sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  /** @throws page-token-invalid, search-too-costly, indexes-missing */
  search(query: SearchQuery): PackedPage {
    return packPage(this.#search().search(query));
  }

  /** Documents that differ from the master: changed, made or deleted. */
  changedDocuments(): number {
    return this.#column('SELECT count(*) AS value FROM document')[0] ?? 0;
  }

  #search(): CollectionSearch {
    return new CollectionSearch({ ...this.#master.searched(), overlay: this.#overlay?.searched() });
  }

  #listReviewed(query: ListQuery, offset: number): ListPage {
    const code = resourceTypeCode(query.type);
    const reviewed = 'FROM document WHERE type = ? AND json IS NOT NULL AND reviewed_at IS NOT NULL';
    const sql = `SELECT * ${reviewed} ORDER BY first_rid LIMIT ? OFFSET ?`;
    const rows = (this.#overlay?.all(sql, code, query.count, offset) ?? []) as OverlayRow[];
    const totalItems = this.#column(`SELECT count(*) AS value ${reviewed}`, code)[0] ?? 0;
    return { documents: rows.map((row) => documentOf(row) as StoredDocument), totalItems };
  }

  /** What stands now where a master document stood first. */
  #firstSeen(type: string, rid: number): StoredDocument {
    const master = this.#master.rowOf(rid);
    const row = this.#overlay?.row(type, master.id);
    return row === undefined
      ? this.#master.document(type, master.id, master.json)
      : (documentOf(row) as StoredDocument);
  }

  #column(sql: string, ...parameters: unknown[]): number[] {
    return ((this.#overlay?.all(sql, ...parameters) ?? []) as { value: number }[]).map((row) => row.value);
  }
}
