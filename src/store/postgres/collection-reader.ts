import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { DocumentVersion } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { ListPage, ListQuery, ReviewCount } from '../list.ts';
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
import { LIST_COUNT, OVERLAY_LIST, REVIEW_COUNTS } from './list-statements.ts';
import type { MasterGeneration } from './master-generations.ts';
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

  search(query: SearchQuery): Promise<SearchPage> {
    return new CollectionSearch(this.#database, this.#serial, this.#master).search(query);
  }

  async list(query: ListQuery): Promise<ListPage> {
    const asked = [this.#serial, resourceTypeCode(query.type), query.reviewed ?? null];
    const place = [query.count, (query.page - 1) * query.count];
    // Nothing in the master is reviewed.
    const statement = query.reviewed === true ? OVERLAY_LIST : this.#master.statements.list;
    const [counted, rows] = await this.#search([
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
    const [rows] = await this.#search([call(REVIEW_COUNTS, this.#serial)]);
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

  #documents(rows: readonly Row[]) {
    return (rows as unknown as ArmRow[]).map((row) => documentOf(row, this.#master));
  }

  async #search(calls: readonly Call[]): Promise<(readonly Row[])[]> {
    return (await this.#database.search(this.#serial, calls)).map((reply) => reply.rows);
  }

  async #ask(calls: readonly Call[]): Promise<(readonly Row[])[]> {
    return (await this.#database.read(this.#serial, calls)).map((reply) => reply.rows);
  }
}

/** A row of the statement that reads one document: of the overlay, or else the master's text. */
type ReadRow =
  | (VersionColumns & { readonly master?: null })
  | { readonly version: null; readonly master: string | null };
