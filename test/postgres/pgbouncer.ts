import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';
import { giveTo, serverUser } from './server-user.ts';

/** Debian puts it where users do not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin`;

/** The version that is installed; undefined where none is. */
export function pgbouncerVersion(): string | undefined {
  try {
    const text = execFileSync('pgbouncer', ['--version'], { encoding: 'utf8', env: { PATH } });
    return /\d+\.\d+/.exec(text)?.[0];
  } catch {
    return undefined;
  }
}

/** A pgbouncer that lends few connections of one server by the transaction. */
export class Pgbouncer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #target: URL;
  readonly port: number;

  private constructor(child: ChildProcess, folder: string, target: URL, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.#target = target;
    this.port = port;
  }

  /** @param url of a database of the server @param connections most to the server */
  static async start(url: string, connections: number): Promise<Pgbouncer> {
    const target = new URL(url);
    const folder = mkdtempSync(join(tmpdir(), 'warmfhir-pgbouncer-'));
    const port = await freePort();
    const files = {
      'users.txt': `"${target.username}" "${target.password}"\n`,
      'pgbouncer.ini': [
        '[databases]',
        `* = host=${target.hostname} port=${target.port}`,
        '[pgbouncer]',
        ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
        ...['auth_type = scram-sha-256', `auth_file = ${join(folder, 'users.txt')}`],
        ...['pool_mode = transaction', `default_pool_size = ${connections}`, 'max_client_conn = 500'],
      ].join('\n'),
    };
    const user = serverUser();
    giveTo(user, folder);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      giveTo(user, join(folder, name));
    }
    const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
      ...{ ...user, cwd: folder, env: { PATH } },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const bouncer = new Pgbouncer(child, folder, target, port);
    for await (const line of createInterface({ input: child.stderr! })) {
      if (/process up/.test(line)) return bouncer;
    }
    await bouncer.dispose();
    throw new Error('pgbouncer did not start');
  }

  /** The address of the database through it. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.port);
    return url.href;
  }

  async dispose(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
