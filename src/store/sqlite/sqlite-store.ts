import { existsSync } from 'node:fs';
import { BatchingThread } from '../../threads/batching-thread.ts';
import { scriptUrl } from '../../threads/script-url.ts';
import { Signer } from '../signer.ts';
import type { CollectionStore, Store, StoreSizes } from '../store.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { ChangeCounter } from './change-counter.ts';
import { FileTransfer } from './file-transfer.ts';
import { GenerationFiles } from './generation-files.ts';
import { MasterDocuments } from './master-documents.ts';
import { MasterFiles } from './master-files.ts';
import { overlayBytes } from './overlay-bytes.ts';
import { OverlayHandles } from './overlay-handles.ts';
import type { ReaderCall } from './reader-thread.ts';
import type { RegistryCall } from './registry-thread.ts';
import { SqliteCollection } from './sqlite-collection.ts';
import { databaseBytes, StoreFolder } from './store-folder.ts';
import { SystemFile } from './system-file.ts';
import { TenantRows } from './tenant-rows.ts';
import type { ThreadData } from './thread-data.ts';
import { WordReader } from './word-reader.ts';
import type { WriterCall } from './writer-thread.ts';

export interface SqliteStoreOptions {
  /** Bytes of sealed documents kept in memory per generation; default 256 MiB. */
  readonly documentCacheBytes?: number;
  /** Most overlays open at once, over all threads; default 512. */
  readonly overlayHandles?: number;
  readonly writerThreads?: number;
  readonly readerThreads?: number;
}

/**
 * The embedded engine: a folder of SQLite files. Several processes may open the same folder.
 */
export class SqliteStore implements Store {
  readonly generations: GenerationFiles;
  readonly tenants: TenantRows;
  readonly transfer: FileTransfer;
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #changes: ChangeCounter;
  readonly #masters: MasterFiles;
  readonly #documents: MasterDocuments;
  readonly #overlays: OverlayHandles;
  readonly #writers: readonly BatchingThread<WriterCall, unknown>[];
  readonly #readers: readonly BatchingThread<ReaderCall, unknown>[];
  readonly #words: WordReader;
  readonly #registry: BatchingThread<RegistryCall, unknown>;
  #signer: Signer | undefined;

  private constructor(path: string, options: SqliteStoreOptions) {
    this.#folder = new StoreFolder(path);
    this.#system = new SystemFile(this.#folder);
    this.#changes = new ChangeCounter(this.#folder);
    this.#masters = new MasterFiles(this.#folder, this.#system);
    const cacheBytes = options.documentCacheBytes ?? 256 * 1024 * 1024;
    this.#documents = new MasterDocuments({
      folder: this.#folder,
      system: this.#system,
      masters: this.#masters,
      cacheBytes,
    });
    const writers = options.writerThreads ?? 2;
    const readers = options.readerThreads ?? 2;
    const handles = options.overlayHandles ?? 512;
    const share = (part: number, threads: number) => Math.max(1, Math.floor((handles * part) / threads));
    const thread = <Request>(name: string, overlayHandles: number) => {
      const data: ThreadData = { folder: path, overlayHandles };
      return new BatchingThread<Request, unknown>(scriptUrl(name, import.meta.url), { data });
    };
    // Writers get most: closing the last handle of an overlay ends its write-ahead log, which the disk has to wait for.
    this.#overlays = new OverlayHandles(this.#folder, share(1 / 4, 1));
    this.#writers = times(writers, () => thread<WriterCall>('writer-thread', share(1 / 2, writers)));
    this.#readers = times(readers, () => thread<ReaderCall>('reader-thread', share(3 / 16, readers)));
    this.#words = new WordReader(thread<ReaderCall>('reader-thread', share(1 / 16, 1)));
    this.#registry = thread<RegistryCall>('registry-thread', 0);
    this.transfer = new FileTransfer(this.#folder, this.#system, this.#changes);
    this.generations = new GenerationFiles(this.#folder, this.#system, this.#masters);
    this.tenants = new TenantRows({
      folder: this.#folder,
      system: this.#system,
      changes: this.#changes,
      writer: this.#registry,
      changedDocuments: (record) =>
        this.#share(this.#readers, record).call({
          tenant: record,
          method: 'changedDocuments',
          parameters: [],
        }) as Promise<number>,
      released: (record) => this.release(record),
    });
  }

  /** Whether a store was ever made in the folder. */
  static exists(folder: string): boolean {
    return existsSync(new StoreFolder(folder).system);
  }

  /** @throws store-unavailable, store-damaged, store-format */
  static open(folder: string, options: SqliteStoreOptions = {}): SqliteStore {
    return new SqliteStore(folder, options);
  }

  get openHandles(): number {
    return this.#overlays.size;
  }

  collection(record: TenantRecord): CollectionStore {
    return new SqliteCollection({
      record,
      master: this.#documents.reader(record.generation),
      overlays: this.#overlays,
      changes: this.#changes,
      reader: this.#share(this.#readers, record),
      words: this.#words,
      writer: this.#share(this.#writers, record),
      registry: this.#registry,
      system: this.#system,
      current: () => {
        this.#documents.requireSound(record.generation);
        // Between a first write and the next look at the registry the record lags behind.
        return record.overlay
          ? record
          : { ...record, overlay: this.#system.tenantOverlay(record.serial) ?? false };
      },
    });
  }

  async release(record: TenantRecord): Promise<void> {
    this.#overlays.release(record.serial);
    const threads = [this.#share(this.#writers, record), this.#share(this.#readers, record)];
    const started = threads.filter((thread) => thread.started);
    await Promise.all([
      ...started.map((thread) =>
        (thread as BatchingThread<{ release: number }, unknown>).call({ release: record.serial }),
      ),
      this.#words.release(record.serial),
    ]);
  }

  async prepare(): Promise<void> {
    await this.#documents.prepare();
    // Made now, while there is room on the disk: pages of a search are signed with it.
    this.#signer = new Signer(this.#system.secret('signing-key'));
    // The first warm-up should not wait for a thread to start.
    this.#registry.start();
  }

  async check(): Promise<void> {
    this.#system.ingestionStatus();
    this.#documents.check();
  }

  async sizes(): Promise<StoreSizes> {
    return {
      masterBytes: this.generations.bytes(),
      overlayBytes: overlayBytes(this.#folder, await this.tenants.list()),
      systemBytes: databaseBytes(this.#folder.system),
    };
  }

  sign(text: string): string {
    this.#signer ??= new Signer(this.#system.secret('signing-key'));
    return this.#signer.sign(text);
  }

  async close(): Promise<void> {
    const threads = [...this.#writers, ...this.#readers, this.#words, this.#registry];
    await Promise.all(threads.map((thread) => thread.close()));
    await this.#documents.close();
    this.#overlays.close();
    this.#masters.close();
    this.#changes.close();
    this.#system.close();
  }

  #share<Thread>(threads: readonly Thread[], record: TenantRecord): Thread {
    return threads[record.serial % threads.length]!;
  }
}

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}
