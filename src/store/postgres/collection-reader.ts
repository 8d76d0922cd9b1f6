import { inRanges } from '../../fhir/instant-range.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { DocumentFilter, ListPage, ListQuery, Page, PageQuery, ReviewCount } from '../page.ts';
import { type Cursor, pageOf, parseCursor, type RidDocument } from '../page-cursor.ts';
import type { SearchPage, SearchQuery } from '../search.ts';
import type { Database } from './database.ts';
import {
  type ArmRow,
  documentOf,
  documentVersionOf,
  type VersionColumns,
  type VersionRow,
  versionOf,
} from './document-row.ts';
import { HistoryReader } from './history-reader.ts';
import { instantMultirange } from './instant-multirange.ts';
import type { MasterGeneration } from './master-generations.ts';
import { COUNT, LIST_COUNT, OVERLAY_LIST, OVERLAY_PAGES, REVIEW_COUNTS } from './page-statements.ts';
import { FORMER_VERSION, OVERLAY_READ } from './read-statements.ts';
import { CollectionSearch } from './search/collection-search.ts';
import { type Call, call, type Row } from './statement.ts';

/**
 * Reads one tenant's collection: overlay and master as if they were one. Every answer takes one round trip, and shows the
 * database as it was at one moment.
 */
export class CollectionReader {
  readonly #database: Database;
  readonly #serial: number;
  readonly #master: MasterGeneration;

  constructor(database: Database, serial: number, master: MasterGeneration) {
    this.#database = database;
    this.#serial = serial;
    this.#master = master;
  }

  async read(type: string, id: string): Promise<DocumentVersion | undefined> {
    const { cache, statements } = this.#master;
    const cached = cache.get(type, id);
    const statement = cached === undefined ? statements.read : OVERLAY_READ;
    const [rows] = await this.#ask([call(statement, this.#serial, resourceTypeCode(type), id)]);
    const row = rows![0] as unknown as ReadRow | undefined;
    if (row === undefined) return cached;
    if (row.version !== null) return versionOf(type, id, row);
    if (row.master === null) return undefined;
    const document = this.#master.document(type, id, row.master);
    const known = { ...document, bytes: Buffer.byteLength(row.master) };
    cache.set(known);
    return known;
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return new HistoryReader(this.#database, this.#serial, this.#master).page(query);
  }

  async readVersion(type: string, id: string, version: number): Promise<DocumentVersion | undefined> {
    const key = [this.#serial, resourceTypeCode(type), id];
    const [current, former] = await this.#ask([
      call(this.#master.statements.read, ...key),
      call(FORMER_VERSION, ...key, version),
    ]);
    const row = current![0] as unknown as ReadRow;
    if (row.version === version) return versionOf(type, id, row as VersionColumns);
    if (row.version === null && row.master !== null && version === this.#master.version) {
      return this.#master.document(type, id, row.master);
    }
    const found = former![0] as unknown as VersionRow | undefined;
    return found && documentVersionOf(found);
  }

  async page(query: PageQuery): Promise<Page> {
    const cursor = parseCursor(query.cursor);
    const { filter, count } = query;
    const found =
      filter.ids === undefined
        ? await this.#walk(filter, cursor, count + 1)
        : await this.#pick(filter, cursor, count + 1);
    return pageOf(found, query, cursor);
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return new CollectionSearch(this.#database, this.#serial, this.#master).search(query);
  }

  async count(filter: DocumentFilter): Promise<number> {
    if (filter.ids !== undefined) return (await this.#pick(filter, parseCursor(undefined))).length;
    const [rows] = await this.#ask([call(COUNT, ...this.#matching(filter))]);
    const { own, shadowed } = rows![0] as { own: number; shadowed: number };
    return this.#masterMatches(filter) ? own + (this.#master.counts.get(filter.type) ?? 0) - shadowed : own;
  }

  async list(query: ListQuery): Promise<ListPage> {
    const asked = [this.#serial, resourceTypeCode(query.type), query.reviewed ?? null];
    const place = [query.count, (query.page - 1) * query.count];
    // Nothing in the master is reviewed.
    const statement = query.reviewed === true ? OVERLAY_LIST : this.#master.statements.list;
    const [counted, rows] = await this.#ask([
      call(LIST_COUNT, ...asked),
      call(statement, ...asked, ...place),
    ]);
    const { hidden, own, shown } = counted![0] as { hidden: number; own: number; shown: number };
    const all = (this.#master.counts.get(query.type) ?? 0) - hidden + own;
    return { documents: this.#documents(rows!), totalItems: query.reviewed === true ? shown : all };
  }

  async reviewCounts(): Promise<ReviewCount[]> {
    const total = new Map(this.#master.counts);
    const reviewed = new Map<string, number>();
    const [rows] = await this.#ask([call(REVIEW_COUNTS, this.#serial)]);
    for (const row of rows as unknown as { type: number; added: number; reviewed: number }[]) {
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

  async #walk(filter: DocumentFilter, cursor: Cursor, limit: number): Promise<RidDocument[]> {
    const walk = cursor.forward ? 'newest' : 'oldest';
    const pages = this.#masterMatches(filter) ? this.#master.statements.pages : OVERLAY_PAGES;
    const [rows] = await this.#ask([call(pages[walk], ...this.#matching(filter), cursor.rid, limit)]);
    return this.#ridDocuments(rows!);
  }

  async #pick(filter: DocumentFilter, cursor: Cursor, limit?: number): Promise<RidDocument[]> {
    const ids = [...new Set(filter.ids)];
    const [rows] = await this.#ask([
      call(this.#master.statements.byIds, this.#serial, resourceTypeCode(filter.type), ids),
    ]);
    return this.#ridDocuments(rows!)
      .filter(({ document }) => filter.reviewed === undefined || document.reviewed === filter.reviewed)
      .filter(({ document }) => inRanges(document.lastUpdated, filter.lastUpdated))
      .filter(({ rid }) => (cursor.forward ? rid < cursor.rid : rid > cursor.rid))
      .sort((a, b) => (cursor.forward ? b.rid - a.rid : a.rid - b.rid))
      .slice(0, limit);
  }

  /** Every document of a generation has the same time and no review: so a filter takes all of them or none. */
  #masterMatches({ reviewed, lastUpdated }: DocumentFilter): boolean {
    return reviewed !== true && inRanges(this.#master.lastUpdated, lastUpdated);
  }

  #matching({ type, reviewed, lastUpdated }: DocumentFilter): unknown[] {
    return [this.#serial, resourceTypeCode(type), reviewed ?? null, instantMultirange(lastUpdated)];
  }

  #documents(rows: readonly Row[]) {
    return (rows as unknown as ArmRow[]).map((row) => documentOf(row, this.#master));
  }

  #ridDocuments(rows: readonly Row[]): RidDocument[] {
    const documents = this.#documents(rows);
    return rows.map((row, index) => ({ rid: row.rid as number, document: documents[index]! }));
  }

  async #ask(calls: readonly Call[]): Promise<(readonly Row[])[]> {
    return (await this.#database.read(this.#serial, calls)).map((reply) => reply.rows);
  }
}

/** A row of the statement that reads one document: of the overlay, or else the master's text. */
type ReadRow =
  | (VersionColumns & { readonly master?: null })
  | { readonly version: null; readonly master: string | null };
