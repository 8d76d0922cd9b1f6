import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Placement } from './cores.ts';
import { DatabaseServer } from './database-server.ts';
import { type Dataset, enlarge, openDataset, openSynthea, syntheaPresent } from './dataset.ts';
import { Load, type Workload } from './load.ts';
import { BenchProcess } from './process.ts';
import { BenchServer } from './server.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const BASELINES = new URL('../baseline/', import.meta.url);

/** What one ingest took. */
export interface IngestRun {
  readonly seconds: number;
  /** Most resident memory, bytes. */
  readonly peakMemory: number;
}

async function makeSample(folder: string): Promise<Dataset> {
  console.log('Synthea data is not here: measuring on the sample hospital of `warmfhir sample` instead.');
  const data = join(folder, 'sample');
  const command = [process.execPath, CLI, 'sample', '--patients', '1000', '--out', data];
  const sample = new BenchProcess('anywhere', command, join(folder, 'sample.log'));
  if ((await sample.ended) !== 0) throw new Error(`warmfhir sample failed:\n${sample.output()}`);
  return openDataset(data, 'Sample hospital');
}

/** How many times as large as the dataset a master is. */
export type Size = 1 | 10 | 16;

/** A store is given by its folder, or by its address where it is a database. */
function address(store: string): string {
  return store.includes('://') ? store : `sqlite:${store}`;
}

/**
 * The place where benchmarks run: a temporary folder with the stores that they share, and the product's own
 * commands. Everything in it is removed at the end.
 */
export class Workshop {
  readonly dataset: Dataset;
  readonly #folder: string;
  readonly #stores = new Map<Size, Promise<string>>();
  readonly #servers = new Set<BenchServer>();
  readonly #templates = new Map<Size, Promise<void>>();
  #databases: Promise<DatabaseServer> | undefined;
  #names = 0;

  private constructor(folder: string, dataset: Dataset) {
    this.#folder = folder;
    this.dataset = dataset;
  }

  /** Opens the Synthea data or, where it is absent, makes a sample of about as many resources. */
  static async open(): Promise<Workshop> {
    const folder = mkdtempSync(join(tmpdir(), 'warmfhir-bench-'));
    try {
      return new Workshop(folder, syntheaPresent ? await openSynthea() : await makeSample(folder));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A path in the temporary folder that nothing uses yet. */
  path(name: string): string {
    this.#names += 1;
    return join(this.#folder, `${this.#names}-${name}`);
  }

  /** Runs `warmfhir ingest` on all cores. */
  async ingest(files: readonly string[], data: string): Promise<IngestRun> {
    return this.measure([process.execPath, CLI, 'ingest', ...files, '--store', address(data)]);
  }

  /** Runs `warmfhir sample`. */
  sample(args: readonly string[]): Promise<IngestRun> {
    return this.measure([process.execPath, CLI, 'sample', ...args]);
  }

  /** Runs a command on all cores and watches its memory. */
  async measure(command: readonly string[]): Promise<IngestRun> {
    const running = new BenchProcess('anywhere', command, this.path('command.log'));
    let peakMemory = 0;
    const watch = setInterval(() => {
      peakMemory = running.memory()?.peak ?? peakMemory;
    }, 20);
    const code = await running.ended;
    const seconds = (performance.now() - running.startedAt) / 1000;
    clearInterval(watch);
    if (code !== 0)
      throw new Error(`${command.slice(1, 3).join(' ')} ended with ${code}:\n${running.output()}`);
    return { seconds, peakMemory };
  }

  /** A store with a sealed master and no tenants, made once and never written: work on a `copy` of it. */
  store(size: Size): Promise<string> {
    let store = this.#stores.get(size);
    if (store === undefined) {
      store = this.#makeStore(size);
      this.#stores.set(size, store);
    }
    return store;
  }

  async #makeStore(size: Size): Promise<string> {
    const data = this.path(`store-${size}x`);
    await this.#fill(data, size);
    return data;
  }

  async #fill(store: string, size: Size): Promise<void> {
    if (size === 1) {
      await this.ingest(this.dataset.files, store);
      return;
    }
    const enlarged = this.path(`dataset-${size}x`);
    console.log(`Making a dataset ${size} times as large and ingesting it …`);
    await this.ingest(await enlarge(this.dataset, size, enlarged), store);
    rmSync(enlarged, { recursive: true });
  }

  /** The PostgreSQL server of the benchmarks, started when it is first asked for. */
  databases(): Promise<DatabaseServer> {
    this.#databases ??= DatabaseServer.start();
    return this.#databases;
  }

  /** A database of its own for one benchmark, with a sealed master and no tenants: the address of its store. */
  async database(size: Size): Promise<string> {
    const server = await this.databases();
    const template = `master_${size}x`;
    let made = this.#templates.get(size);
    if (made === undefined) {
      made = server.create(template).then((owner) => this.#fill(owner, size));
      this.#templates.set(size, made);
    }
    await made;
    this.#names += 1;
    await server.create(`copy_${this.#names}`, template);
    return server.serverUrl(`copy_${this.#names}`);
  }

  /** A store of its own for one benchmark. */
  async copy(size: Size): Promise<string> {
    const data = this.path(`copy-${size}x`);
    cpSync(await this.store(size), data, { recursive: true });
    return data;
  }

  /** Starts `warmfhir serve` as one process unless told otherwise; `path` is what must be answered before it counts as started. */
  serve(
    data: string,
    options: {
      flags?: readonly string[];
      nodeFlags?: readonly string[];
      path?: string;
      placement?: Placement;
    } = {},
  ) {
    const { flags = [], nodeFlags = [], path = '/all-good', placement } = options;
    const command = (port: number) => [
      ...[process.execPath, ...nodeFlags, CLI, 'serve', '--store', address(data)],
      ...['--port', String(port), '--workers', '1', ...flags],
    ];
    return this.#start(command, path, placement);
  }

  /** Starts one of the servers in `bench/baseline/`. */
  baseline(script: string, args: readonly string[], path = '/'): Promise<BenchServer> {
    const file = fileURLToPath(new URL(script, BASELINES));
    return this.#start((port) => [process.execPath, file, String(port), ...args], path);
  }

  baselineScript(script: string): string {
    return fileURLToPath(new URL(script, BASELINES));
  }

  async #start(
    command: (port: number) => readonly string[],
    path: string,
    placement?: Placement,
  ): Promise<BenchServer> {
    const server = await BenchServer.start(command, this.path('server.log'), path, placement);
    this.#servers.add(server);
    server.process.ended.then(() => this.#servers.delete(server));
    return server;
  }

  load(workload: Workload): Load {
    return new Load(this.#folder, workload);
  }

  /** Runs a script of `bench/baseline/` that measures by itself, on the server's core; what it prints as its result. */
  async baselineResult(script: string, args: readonly string[]): Promise<Record<string, number>> {
    const command = [process.execPath, this.baselineScript(script), ...args];
    const running = new BenchProcess('server', command, this.path('baseline.log'));
    const code = await running.ended;
    const result = /^RESULT (.*)$/m.exec(running.output())?.[1];
    if (code !== 0 || result === undefined) throw new Error(`${script} gave no result:\n${running.output()}`);
    return JSON.parse(result) as Record<string, number>;
  }

  makeFolder(name: string): string {
    const folder = this.path(name);
    mkdirSync(folder);
    return folder;
  }

  /** Ends what still runs and removes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.stop()));
    await (await this.#databases)?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
