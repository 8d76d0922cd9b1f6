import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PostgresPrograms } from './postgres-programs.ts';
import type { ServerUser } from './server-user.ts';

/** Ends a server whose starter is gone: its standard input then ends without a line. */
const WATCH = `read -r line && exit
kill -s CONT "$1"; kill -s QUIT "$1"
while kill -s 0 "$1"; do sleep 0.1; done
rm -rf "$2"`;

const KEPT_LINES = 200;

/** One run of a PostgreSQL server, from its start to its end. */
export class PostgresProcess {
  readonly #child: ChildProcess;
  readonly #guard: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #lines: string[] = [];
  readonly #ready: Promise<boolean>;

  /** @param folder removed when the process that started the server ends without stopping it */
  constructor(
    programs: PostgresPrograms,
    args: readonly string[],
    folder: string,
    user: ServerUser | undefined,
  ) {
    this.#child = spawn(programs.postgres, args, {
      ...user,
      cwd: folder,
      env: programs.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C reaches the starter alone.
      detached: true,
    });
    this.#ended = once(this.#child, 'close').then(() => undefined);
    this.#guard = spawn('/bin/sh', ['-c', WATCH, 'watch', String(this.#child.pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#guard.unref();
    (this.#guard.stdin as unknown as { unref(): void }).unref();
    this.#ready = new Promise((resolve) => {
      createInterface({ input: this.#child.stderr! }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > KEPT_LINES) this.#lines.shift();
        if (/database system is ready to accept/.test(line)) resolve(true);
      });
      this.#ended.then(() => {
        this.#guard.stdin!.end('done\n');
        resolve(false);
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What the server wrote last. */
  get log(): string {
    return this.#lines.join('\n');
  }

  /** Resolves once the server takes connections: true; false when it ended instead. */
  ready(): Promise<boolean> {
    return this.#ready;
  }

  /** Stops every process of the server where it stands: connections stay open and nothing answers. */
  pause(): void {
    for (const pid of this.#stopped()) signal(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of [...childrenOf(this.pid), this.pid]) signal(pid, 'SIGCONT');
  }

  /** A fast shutdown: open transactions are rolled back, the data is left clean. */
  async stop(): Promise<void> {
    this.resume();
    signal(this.pid, 'SIGINT');
    await this.#ended;
  }

  /** SIGKILL to every process, as when the machine is switched off; the disk keeps what the kernel has. */
  async kill(): Promise<void> {
    for (const pid of this.#stopped()) signal(pid, 'SIGKILL');
    await this.#ended;
  }

  /** All processes of the server, the first one halted so that no more are born. */
  #stopped(): number[] {
    signal(this.pid, 'SIGSTOP');
    return [this.pid, ...childrenOf(this.pid)];
  }
}

/** Does nothing to a process that has ended. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childrenOf(parent: number): number[] {
  const pairs = existsSync('/proc/self/stat') ? processesOfKernel() : processesOfPs();
  return pairs.filter(([, parentOf]) => parentOf === parent).map(([pid]) => pid);
}

type ProcessPair = readonly [pid: number, parent: number];

function processesOfKernel(): ProcessPair[] {
  return readdirSync('/proc').flatMap((name): ProcessPair[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    } catch {
      return [];
    }
  });
}

function processesOfPs(): ProcessPair[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
