import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placed } from './cores.ts';
import { wrkVersion } from './machine.ts';

/** Requests of one kind: each takes a path at random, a tenant at random, and the path's body. */
export interface Workload {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** `Name: value` each. */
  readonly headers?: readonly string[];
  readonly paths: readonly string[];
  /** Each request goes to `/tenants/<one of these><path>`; absent: the paths are sent as they are. */
  readonly tenants?: readonly string[];
  /** One for each path, or one for all; `{n}` becomes a number that is used once. */
  readonly bodies?: readonly string[];
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Decides the random choices and where the numbers of `{n}` start. */
  readonly seed: number;
}

/** What the load generator saw; times in milliseconds. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Mean size of a reply with its headers, bytes. */
  readonly replyBytes: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const LUA = fileURLToPath(new URL('./load.lua', import.meta.url));
const AUTOCANNON = fileURLToPath(new URL('./autocannon-load.ts', import.meta.url));

/** A workload on disk, where wrk or autocannon finds it. */
export class Load {
  readonly #folder: string;
  readonly #wrk = wrkVersion() !== undefined;

  /** @param temporary an existing folder; the workload gets one of its own in it */
  constructor(temporary: string, workload: Workload) {
    this.#folder = mkdtempSync(join(temporary, 'load-'));
    const write = (name: string, lines: readonly string[]) =>
      writeFileSync(join(this.#folder, name), lines.map((line) => `${line}\n`).join(''));
    write('head', [workload.method, ...(workload.headers ?? [])]);
    write('paths', workload.paths);
    write('tenants', workload.tenants ?? []);
    write('bodies', workload.bodies ?? []);
  }

  /** Sends as fast as the connections allow, each waiting for its reply. Rejects when a request failed. */
  async run(options: LoadOptions): Promise<LoadResult> {
    const url = `http://127.0.0.1:${options.port}`;
    const { connections, seconds, seed } = options;
    const command = this.#wrk
      ? [
          'wrk',
          '-t1',
          `-c${connections}`,
          `-d${seconds}s`,
          '--timeout',
          '10s',
          '-s',
          LUA,
          url,
          '--',
          this.#folder,
          `${seed}`,
        ]
      : [process.execPath, AUTOCANNON, url, `${connections}`, `${seconds}`, this.#folder, `${seed}`];
    const output = await run(placed('load', command));
    const json = /^RESULT (.*)$/m.exec(output)?.[1];
    if (json === undefined) throw new Error(`The load generator gave no result:\n${output}`);
    const result = JSON.parse(json) as Record<
      'requests' | 'seconds' | 'bytes' | 'failed' | 'p50' | 'p99' | 'max',
      number
    >;
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests failed.`);
    return {
      requestsPerSecond: result.requests / result.seconds,
      replyBytes: result.bytes / result.requests,
      p50: result.p50,
      p99: result.p99,
      max: result.max,
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function run(command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
