import type { BatchingThread } from '../../threads/batching-thread.ts';
import type { BulkResults, BulkWrites } from '../bulk-write.ts';
import type { DocumentVersion, StoredDocument } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { ListPage, ListQuery, ReviewCount } from '../list.ts';
import { type PackedPage, unpackPage } from '../packed-page.ts';
import { asksForWords } from '../search/word-search.ts';
import type { SearchPage, SearchQuery } from '../search.ts';
import type { CollectionStore, KeptSearch } from '../store.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type { Write, WriteResult } from '../write.ts';
import type { ChangeCounter } from './change-counter.ts';
import type { OverlayHandles } from './overlay-handles.ts';
import type { ReaderCall, ReaderMethod } from './reader-thread.ts';
import type { RegistryCall } from './registry-thread.ts';
import type { SystemFile } from './system-file.ts';
import type { WordReader } from './word-reader.ts';
import type { WriterCall } from './writer-thread.ts';

/** A tenant's collection: reads by id on the calling thread, everything else on the threads made for it. */
export class SqliteCollection implements CollectionStore {
  readonly #record: TenantRecord;
  readonly #master: { read(type: string, id: string): StoredDocument | undefined };
  readonly #overlays: OverlayHandles;
  readonly #changes: ChangeCounter;
  readonly #reader: BatchingThread<ReaderCall, unknown>;
  readonly #words: WordReader;
  readonly #writer: BatchingThread<WriterCall, unknown>;
  readonly #registry: BatchingThread<RegistryCall, unknown>;
  readonly #system: SystemFile;
  readonly #current: () => TenantRecord;

  constructor(parts: {
    readonly record: TenantRecord;
    readonly master: { read(type: string, id: string): StoredDocument | undefined };
    readonly overlays: OverlayHandles;
    readonly changes: ChangeCounter;
    readonly reader: BatchingThread<ReaderCall, unknown>;
    readonly words: WordReader;
    readonly writer: BatchingThread<WriterCall, unknown>;
    readonly registry: BatchingThread<RegistryCall, unknown>;
    readonly system: SystemFile;
    /** The record as it stands now; refuses a damaged generation. */
    readonly current: () => TenantRecord;
  }) {
    this.#record = parts.record;
    this.#master = parts.master;
    this.#overlays = parts.overlays;
    this.#changes = parts.changes;
    this.#reader = parts.reader;
    this.#words = parts.words;
    this.#writer = parts.writer;
    this.#registry = parts.registry;
    this.#system = parts.system;
    this.#current = parts.current;
  }

  read(type: string, id: string): DocumentVersion | undefined {
    if (!this.#record.overlay) return this.#master.read(type, id);
    const overlay = this.#overlays.get(this.#record);
    if (!overlay.changedKeys.mayHold(type, id, this.#changes.revision())) return this.#master.read(type, id);
    return overlay.read(type, id) ?? this.#master.read(type, id);
  }

  readVersion(type: string, id: string, version: number): Promise<DocumentVersion | undefined> {
    return this.#ask('readVersion', type, id, version);
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.#ask('history', query);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const page = asksForWords(query)
      ? await this.#words.search(this.#record.id, this.#current, query)
      : await this.#ask<PackedPage>('search', query);
    return unpackPage(page);
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#ask('list', query);
  }

  reviewCounts(): Promise<readonly ReviewCount[]> {
    return this.#ask('reviewCounts');
  }

  write(writes: readonly Write[], now: number): Promise<readonly WriteResult[]> {
    return this.#write(writes, now);
  }

  writeBulk(writes: BulkWrites, now: number): Promise<BulkResults> {
    return this.#write(writes, now);
  }

  async keepSearch(search: KeptSearch & { readonly now: number }): Promise<void> {
    await this.#registry.call({ kind: 'keep-search', serial: this.#record.serial, search });
  }

  async keptSearch(hash: string, now: number): Promise<KeptSearch | undefined> {
    return this.#system.keptSearch(this.#record.serial, hash, now);
  }

  async #write<Result>(writes: readonly Write[] | BulkWrites, now: number): Promise<Result> {
    const { id, serial, generation } = this.#current();
    return (await this.#writer.call({ tenant: { id, serial, generation }, writes, now })) as Result;
  }

  async #ask<Result>(method: ReaderMethod, ...parameters: unknown[]): Promise<Result> {
    return (await this.#reader.call({ tenant: this.#current(), method, parameters })) as Result;
  }
}
