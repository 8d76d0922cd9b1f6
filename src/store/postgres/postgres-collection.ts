import type { FairTurns } from '../../threads/fair-turns.ts';
import type { BulkResults, BulkWrites } from '../bulk-write.ts';
import type { DocumentVersion } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { ListPage, ListQuery, ReviewCount } from '../list.ts';
import { asksForWords } from '../search/word-search.ts';
import type { SearchPage, SearchQuery } from '../search.ts';
import type { CollectionStore, KeptSearch } from '../store.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type { Write, WriteResult } from '../write.ts';
import { CollectionReader } from './collection-reader.ts';
import type { Database } from './database.ts';
import type { KeptSearches } from './kept-searches.ts';
import type { MasterGenerations } from './master-generations.ts';
import type { TenantWriter } from './tenant-writer.ts';

/**
 * A tenant's collection. Whether the tenant has changed anything is always asked of the database: another node may have
 * acknowledged a write a moment ago.
 */
export class PostgresCollection implements CollectionStore {
  readonly #record: TenantRecord;
  readonly #database: Database;
  readonly #masters: MasterGenerations;
  readonly #writer: TenantWriter;
  readonly #searches: KeptSearches;
  readonly #wordTurns: FairTurns;
  #reader: CollectionReader | undefined;

  constructor(parts: {
    readonly record: TenantRecord;
    readonly database: Database;
    readonly masters: MasterGenerations;
    readonly writer: TenantWriter;
    readonly searches: KeptSearches;
    /** Of searches that look into the text of every document. */
    readonly wordTurns: FairTurns;
  }) {
    this.#record = parts.record;
    this.#database = parts.database;
    this.#masters = parts.masters;
    this.#writer = parts.writer;
    this.#searches = parts.searches;
    this.#wordTurns = parts.wordTurns;
  }

  async read(type: string, id: string): Promise<DocumentVersion | undefined> {
    return (this.#reader ?? (await this.#opened())).read(type, id);
  }

  async readVersion(type: string, id: string, version: number): Promise<DocumentVersion | undefined> {
    return (await this.#opened()).readVersion(type, id, version);
  }

  async history(query: HistoryQuery): Promise<HistoryPage> {
    return (await this.#opened()).history(query);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const reader = await this.#opened();
    // They take connections for long, which no other search should wait for.
    return asksForWords(query)
      ? this.#wordTurns.run(this.#record.id, () => reader.search(query))
      : reader.search(query);
  }

  async list(query: ListQuery): Promise<ListPage> {
    return (await this.#opened()).list(query);
  }

  async reviewCounts(): Promise<readonly ReviewCount[]> {
    return (await this.#opened()).reviewCounts();
  }

  write(writes: readonly Write[], now: number): Promise<readonly WriteResult[]> {
    return this.#writer.write(this.#record, writes, now);
  }

  writeBulk(writes: BulkWrites, now: number): Promise<BulkResults> {
    return this.#writer.writeBulk(this.#record, writes, now);
  }

  keepSearch(search: KeptSearch & { readonly now: number }): Promise<void> {
    return this.#searches.keep(this.#record.serial, search);
  }

  keptSearch(hash: string, now: number): Promise<KeptSearch | undefined> {
    return this.#searches.find(this.#record.serial, hash, now);
  }

  async #opened(): Promise<CollectionReader> {
    if (this.#reader === undefined) {
      const master = await this.#masters.get(this.#record.generation);
      this.#reader = new CollectionReader(this.#database, this.#record.serial, master);
    }
    return this.#reader;
  }
}
