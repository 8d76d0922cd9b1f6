import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** A command of the CLI in a process that may be killed at any moment. */
export class Killable {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  #output = '';

  constructor(...args: readonly string[]) {
    // A group of its own: its workers are killed with it.
    this.#child = spawn(process.execPath, [CLI, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Everything that it has printed so far. */
  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** SIGKILL to it and to all that it has started, as when a machine halts: no handler runs. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(-this.#child.pid!, 'SIGKILL');
    await this.ended;
  }

  /** `serve` on a free port, once it is ready; rejects when it ends before. */
  static async serve(store: string, workers = 1): Promise<{ server: Killable; url: string }> {
    const server = Killable.startServe(store, workers);
    return { server, url: await server.serving() };
  }

  /** `serve` on a free port, not ready yet. */
  static startServe(store: string, workers = 1): Killable {
    const where = ['--store', store, '--port', '0', '--workers', String(workers)];
    return new Killable('serve', ...where, '--log-level', 'warn');
  }

  /** The address of a `serve`, once it is ready; rejects when it ends before. */
  async serving(): Promise<string> {
    for await (const line of createInterface({ input: this.#child.stdout! })) {
      const url = /^warmfhir serves on (http\S+)/.exec(line)?.[1];
      if (url === undefined) continue;
      while (!(await fetch(`${url}/all-good`)).ok) await new Promise((resolve) => setTimeout(resolve, 10));
      return url;
    }
    throw new Error(`serve did not start: ${this.output}`);
  }
}
