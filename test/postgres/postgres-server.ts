import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { PostgresProcess } from './postgres-process.ts';
import { type PostgresPrograms, postgresPrograms, postgresUnavailable } from './postgres-programs.ts';
import { giveTo, type ServerUser, serverUser } from './server-user.ts';

const OWNER = 'postgres';

export interface PostgresOptions {
  /** Whether commits wait for the disk; off by default, for speed. A killed server keeps its data either way. */
  readonly fsync?: boolean;
  readonly maxConnections?: number;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the server's folder is made; a file system of its own, say. */
  readonly under?: string;
}

/**
 * A real PostgreSQL server in a folder of its own under the system's temporary folder, on a free port of 127.0.0.1 and
 * a Unix socket in that folder. Started by root it runs as another user. It ends with the process that made it, however
 * that ends.
 */
export class PostgresServer {
  readonly folder: string;
  readonly data: string;
  readonly #options: PostgresOptions;
  readonly #user: ServerUser | undefined;
  readonly #programs: PostgresPrograms;
  readonly #password: string;
  #port = 0;
  #process: PostgresProcess | undefined;

  private constructor(options: PostgresOptions, password = randomBytes(12).toString('hex')) {
    this.#options = options;
    this.#password = password;
    this.#user = serverUser();
    this.folder = mkdtempSync(join(options.under ?? tmpdir(), 'warmfhir-postgres-'));
    this.data = join(this.folder, 'data');
    giveTo(this.#user, this.folder);
    this.#programs = postgresPrograms(this.folder, this.#user);
  }

  /** Makes a new cluster (UTF-8, locale C) and starts it. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const unavailable = postgresUnavailable();
    if (unavailable !== undefined) throw new Error(`PostgreSQL cannot be started: ${unavailable}`);
    const server = new PostgresServer(options);
    try {
      await server.#initialise();
      await server.restart();
      return server;
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  /**
   * Makes a standby from a copy of a primary's data and starts both; the primary is stopped meanwhile.
   *
   * @param name that the primary's `synchronous_standby_names` may call it by
   */
  static async standbyOf(primary: PostgresServer, name: string): Promise<PostgresServer> {
    const standby = new PostgresServer(primary.#options, primary.#password);
    try {
      await primary.stop();
      // Owners and modes are kept.
      await promisify(execFile)('cp', ['-a', primary.data, standby.data]);
      await primary.restart();
      const connection = `host=127.0.0.1 port=${primary.port} user=${OWNER} password=${primary.#password}`;
      writeFileSync(join(standby.data, 'standby.signal'), '');
      appendFileSync(
        join(standby.data, 'postgresql.auto.conf'),
        `primary_conninfo = '${connection} application_name=${name}'\n`,
      );
      await standby.restart();
      return standby;
    } catch (error) {
      await standby.dispose();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** What the server wrote last to its log. */
  get log(): string {
    return this.#process?.log ?? '';
  }

  /** Address of a database over TCP; the user is the superuser unless others are named. */
  url(database = 'postgres', user = OWNER, password = this.#password): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Starts the server on its port, stopping it first where it runs. Resolves once it takes connections. */
  async restart(): Promise<void> {
    await this.stop();
    for (let attempt = 1; ; attempt += 1) {
      const port = this.#port || (await freePort());
      const running = new PostgresProcess(this.#programs, this.#arguments(port), this.folder, this.#user);
      if (await running.ready()) {
        this.#port = port;
        this.#process = running;
        return;
      }
      const isTaken = /Address already in use/.test(running.log);
      if (!isTaken || attempt === 5) throw new Error(`PostgreSQL did not start:\n${running.log}`);
    }
  }

  /** A fast shutdown: open transactions are rolled back, connections are closed. */
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  /** SIGKILL to every process of the server, as when the machine is switched off. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** SIGSTOP: connections stay open and nothing answers, until `resume`. */
  pause(): void {
    this.#process?.pause();
  }

  resume(): void {
    this.#process?.resume();
  }

  /** Ends the server and removes everything of it. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #initialise(): Promise<void> {
    mkdirSync(this.data, { mode: 0o700 });
    const passwordFile = join(this.folder, 'password');
    writeFileSync(passwordFile, this.#password, { mode: 0o600 });
    for (const path of [this.data, passwordFile]) giveTo(this.#user, path);
    const args = [
      ...['-D', this.data, '-U', OWNER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions', '--set=scram_iterations=1'],
    ];
    await promisify(execFile)(this.#programs.initdb, args, {
      ...this.#user,
      cwd: this.folder,
      env: this.#programs.environment,
    });
    rmSync(passwordFile);
  }

  #arguments(port: number): string[] {
    const { fsync = false, maxConnections = 200, settings = {} } = this.#options;
    const all: Record<string, string> = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.folder,
      max_connections: String(maxConnections),
      shared_buffers: '64MB',
      scram_iterations: '1',
      fsync: fsync ? 'on' : 'off',
      full_page_writes: fsync ? 'on' : 'off',
      ...settings,
    };
    return ['-D', this.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  }
}
