import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Runs a command of the CLI in this terminal; rejects when it does not end with 0. */
export async function warmfhir(...args: readonly string[]): Promise<void> {
  console.log(`$ npx warmfhir ${args.join(' ')}`);
  const child = spawn(process.execPath, [CLI, ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`warmfhir ${args[0]} ended with ${code}`);
}

/** The wanted port, or 0 (any free one) when something else listens there. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)));
  });
}

/** `warmfhir serve` as a process of its own. */
export class DemoServer {
  readonly url: string;
  /** Resolves when the server has ended by itself. */
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    this.ended = once(child, 'exit');
  }

  /** Starts a server and waits until it is ready. */
  static async start(store: string, port: number): Promise<DemoServer> {
    const args = ['serve', '--store', store, '--port', String(port), '--log-level', 'warn'];
    console.log(`$ npx warmfhir ${args.join(' ')}`);
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^warmfhir serves on (http\S+)/.exec(line)?.[1];
      if (url === undefined) continue;
      const server = new DemoServer(url, child);
      await server.#ready();
      return server;
    }
    throw new Error('the server did not start');
  }

  /** Asks it to end and waits for that. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await this.ended;
  }

  async #ready(): Promise<void> {
    for (;;) {
      const { ok } = await fetch(`${this.url}/all-good`);
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
