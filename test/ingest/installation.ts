import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Ingestion } from '../../src/collection/ingestion.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { LogProgress } from '../../src/ingest/progress.ts';
import type { IngestReport } from '../../src/ingest/report.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';
import { openSources, type SourceSettings } from '../../src/open-source.ts';
import { FileSource } from '../../src/source/file/file-source.ts';
import type { Source } from '../../src/source/source.ts';
import type { GenerationStore } from '../../src/store/generation.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { postgres } from '../conformance/postgres-engine.ts';

export interface RunOptions {
  readonly settings?: Partial<SourceSettings>;
  readonly sources?: readonly Source[];
  readonly force?: boolean;
  readonly allowRejects?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Stands between the ingest and the store. */
  readonly generations?: (real: GenerationStore) => GenerationStore;
}

const SETTINGS: SourceSettings = {
  types: undefined,
  pageSize: 2,
  parallelTypes: 4,
  resolveReferences: false,
  header: [],
  allowOrigin: [],
  requestTimeout: 5_000,
  retries: 2,
  maxResourceBytes: 100_000,
};

export const ENGINES = ['SQLite', 'PostgreSQL'] as const;

/** A folder with source files and a data folder, and what one does with them; or a database in place of the latter. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'warmfhir-ingest-'));
  readonly data = join(this.folder, 'data');
  readonly #engine: (typeof ENGINES)[number];
  #database: ReturnType<typeof postgres.install> | undefined;

  constructor(engine: (typeof ENGINES)[number] = 'SQLite') {
    this.#engine = engine;
    mkdirSync(this.data);
  }

  /** Writes a source file, gzipped where its name says so, and gives its path. */
  file(name: string, content: string | Uint8Array | readonly object[]): string {
    const path = join(this.folder, 'in', name);
    mkdirSync(dirname(path), { recursive: true });
    const isList = Array.isArray(content);
    const text = isList ? content.map((each) => `${JSON.stringify(each)}\n`).join('') : (content as string);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  }

  /** A Bundle file. */
  bundle(name: string, entry: readonly object[], type = 'transaction'): string {
    return this.file(name, JSON.stringify({ resourceType: 'Bundle', type, entry }));
  }

  async ingest(names: readonly string[], options: RunOptions = {}): Promise<IngestReport> {
    const clock = options.clock ?? systemClock;
    const log = options.log ?? silentLog;
    return this.withStore(async (real) => {
      const generations = options.generations?.(real.generations) ?? real.generations;
      const ingest = new Ingest({
        ...{ store: { generations }, clock, log },
        ingestion: new Ingestion({ generations, clock }),
        sources: options.sources ?? openSources(names, { ...SETTINGS, ...options.settings }, { clock, log }),
        metrics: noMetrics,
        progress: new LogProgress(silentLog),
        force: options.force ?? false,
        allowRejects: options.allowRejects ?? false,
        rejectsFile: join(this.data, 'rejects.ndjson'),
      });
      return ingest.run(options.signal ?? new AbortController().signal);
    });
  }

  async withStore<Result>(task: (store: Store) => Promise<Result>): Promise<Result> {
    if (this.#engine === 'PostgreSQL') this.#database ??= postgres.install();
    const store = (await (await this.#database)?.open()) ?? SqliteStore.open(this.data);
    try {
      return await task(store);
    } finally {
      await store.close();
    }
  }

  /** Ingests NDJSON from what stands for standard input. */
  ingestStdin(stdin: AsyncIterable<Uint8Array>, options: RunOptions = {}): Promise<IngestReport> {
    const parts = { stdin: Readable.from(stdin), log: silentLog };
    const source = new FileSource({ paths: ['-'], maxResourceBytes: 100_000, ...parts });
    return this.ingest([], { ...options, sources: [source] });
  }

  /** All documents of the newest generation in the order of their rids, by type, without what a run decides. */
  documents(): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.withStore(async (store) => {
      const { record } = await store.tenants.warm(`reader-${Date.now()}`, Date.now());
      const collection = store.collection(record);
      const documents = new Map<string, string[]>();
      for (const type of (await store.generations.counts(record.generation)).keys()) {
        const all: string[] = [];
        for (let page = 1; all.length === (page - 1) * 1000; page++) {
          const { documents: found } = await collection.list({ type, page, count: 1000 });
          all.push(...found.map(({ json }) => json.replace(/"versionId":"\d+","lastUpdated":"[^"]*"/, '')));
        }
        documents.set(type, all);
      }
      return documents;
    });
  }

  /** One document, parsed. */
  async document(type: string, id: string): Promise<Record<string, unknown> | undefined> {
    const found = (await this.documents()).get(type)?.find((json) => JSON.parse(json).id === id);
    return found === undefined ? undefined : JSON.parse(found);
  }

  rejects(): readonly Record<string, unknown>[] {
    const path = join(this.data, 'rejects.ndjson');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  async remove(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await (await this.#database)?.dispose();
  }
}
