import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Placement } from './cores.ts';
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
export type Size = 1 | 10;

/**
 * The place where benchmarks run: a temporary folder with the stores that they share, and the product's own
 * commands. Everything in it is removed at the end.
 */
export class Workshop {
  readonly dataset: Dataset;
  readonly #folder: string;
  readonly #stores = new Map<Size, Promise<string>>();
  readonly #servers = new Set<BenchServer>();
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
    return this.measure([process.execPath, CLI, 'ingest', ...files, '--store', `sqlite:${data}`]);
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
    if (size === 1) {
      await this.ingest(this.dataset.files, data);
      return data;
    }
    const enlarged = this.path(`dataset-${size}x`);
    console.log(`Making a dataset ${size} times as large and ingesting it …`);
    await this.ingest(await enlarge(this.dataset, size, enlarged), data);
    rmSync(enlarged, { recursive: true });
    return data;
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
      ...[process.execPath, ...nodeFlags, CLI, 'serve', '--store', `sqlite:${data}`],
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

  makeFolder(name: string): string {
    const folder = this.path(name);
    mkdirSync(folder);
    return folder;
  }

  /** Ends what still runs and removes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
