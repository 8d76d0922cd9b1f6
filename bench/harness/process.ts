import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { type Placement, placed } from './cores.ts';

/** The unit of /proc/PID/stat, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** How long a process may take to end. */
const PATIENCE_MS = 20_000;

export interface Memory {
  /** Anonymous memory: heap, stacks, native allocations; no mapped files. Bytes. */
  readonly anonymous: number;
  /** The most resident memory so far, mapped files included. Bytes. */
  readonly peak: number;
}

/** A child process on its own core, with its output in a file. */
export class BenchProcess {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly ended: Promise<number | null>;
  readonly startedAt: number;

  /** @param log file that takes standard output and standard error */
  constructor(placement: Placement, command: readonly string[], log: string) {
    const [program, ...args] = placed(placement, command);
    const output = openSync(log, 'w');
    this.#log = log;
    this.startedAt = performance.now();
    this.#child = spawn(program!, args, { stdio: ['ignore', output, output] });
    closeSync(output);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => resolve(code));
      this.#child.once('error', reject);
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything that it has printed. */
  output(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Reads the kernel's figures; undefined once the process has ended or where there is no /proc. */
  memory(): Memory | undefined {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      const bytes = (name: string) =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) * 1024;
      return { anonymous: bytes('RssAnon'), peak: bytes('VmHWM') };
    } catch {
      return undefined;
    }
  }

  /**
   * Seconds of processor time so far, all threads and all processes that it has started; undefined where there is no
   * /proc. Steadier than rates where other work shares the cores.
   */
  processorSeconds(): number | undefined {
    const processes = processTable();
    if (!processes.has(this.pid)) return undefined;
    const family = new Set([this.pid]);
    // A process has a higher number than the one that started it, as long as numbers have not run out once.
    for (const [pid, { parent }] of [...processes].sort(([a], [b]) => a - b)) {
      if (family.has(parent)) family.add(pid);
    }
    return [...family].reduce((sum, pid) => sum + processes.get(pid)!.processorSeconds, 0);
  }

  openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** Asks it to end and waits; what does not end is killed. */
  async stop(): Promise<void> {
    if (this.running) this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.ended;
    clearTimeout(kill);
  }
}

/** Every process that runs, by its number; empty where there is no /proc. */
function processTable(): Map<number, { readonly parent: number; readonly processorSeconds: number }> {
  const table = new Map<number, { parent: number; processorSeconds: number }>();
  for (const name of existsSync('/proc/self/stat') ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const processorSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      table.set(Number(name), { parent: Number(fields[1]), processorSeconds });
    } catch {
      // It has ended meanwhile.
    }
  }
  return table;
}
