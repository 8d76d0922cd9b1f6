import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A warmfhir process whose output is collected. */
export class CliProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<CliResult>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...environment } });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** What it has written to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The first match in a line of the given stream; rejects when the process ends without one. */
  async line(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    for await (const line of createInterface({ input: this.child[stream] })) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
    throw new Error(`no line matches ${pattern}: ${JSON.stringify(await this.ended)}`);
  }
}

/** Runs a command to its end, with nothing on standard input. */
export function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const process = new CliProcess(args, environment);
  process.child.stdin.end();
  return process.ended;
}

/** Starts `serve` on a free port and waits for its address. */
export async function startServe(...args: readonly string[]): Promise<{ server: CliProcess; url: string }> {
  const server = new CliProcess(['serve', '--port', '0', '--log-level', 'warn', ...args]);
  const [, url] = await server.line('stdout', /^warmfhir serves on (http:\/\/127\.0\.0\.1:\d+)$/);
  return { server, url: url! };
}

/** A store with a small sample hospital in it; returns its address. */
export async function sampleStore(folder: { at(name: string): string }): Promise<string> {
  await runCli(['sample', '--patients', '2', '--out', folder.at('sample')]);
  const store = `sqlite:${folder.at('data')}`;
  const { code, stderr } = await runCli(['ingest', folder.at('sample'), '--store', store]);
  if (code !== 0) throw new Error(`ingest ended with ${code}: ${stderr}`);
  return store;
}
