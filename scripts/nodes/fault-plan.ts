import { Client } from 'pg';
import type { Random } from '../../src/sample/random.ts';
import type { PostgresServer } from '../../test/postgres/postgres-server.ts';
import type { Fleet } from './fleet.ts';

/** Milliseconds between two faults, least and most. */
const CALM_MS = [500, 2_500] as const;

/** Milliseconds that a node or the database is down or halted, least and most. */
const DOWN_MS = [100, 2_500] as const;

type Fault = () => Promise<void>;

/** Disturbs a fleet and its database in turn, also while a node is still starting, and leaves everything running. */
export class FaultPlan {
  /** How often each fault was done. */
  readonly done = new Map<string, number>();
  readonly violations: string[] = [];
  readonly #faults: readonly (readonly [name: string, fault: Fault])[];
  readonly #random: Random;
  readonly #restarts: Promise<void>[] = [];

  /** @param database undefined on an engine without a server */
  constructor(fleet: Fleet, database: PostgresServer | undefined, random: Random) {
    this.#random = random;
    const onNode = (fault: (index: number) => Promise<void>) => async () => {
      const { running } = fleet;
      if (running.length > 0) await fault(running[random.integer(0, running.length - 1)]!);
    };
    this.#faults = [
      ['nodes killed', onNode((index) => this.#kill(fleet, index))],
      ['nodes stopped', onNode((index) => this.#stop(fleet, index))],
      ['nodes halted', onNode((index) => this.#halt(fleet, index))],
      ...(database === undefined ? [] : this.#databaseFaults(database)),
    ];
  }

  /** Goes on until the signal; resolves once what was disturbed runs again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#pause(CALM_MS);
      const [name, fault] = this.#faults[this.#random.integer(0, this.#faults.length - 1)]!;
      await fault();
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
    }
    await Promise.all(this.#restarts);
  }

  async #kill(fleet: Fleet, index: number): Promise<void> {
    await fleet.kill(index);
    await this.#pause(DOWN_MS);
    this.#restarts.push(fleet.restart(index));
  }

  async #stop(fleet: Fleet, index: number): Promise<void> {
    const { code, output } = await fleet.stop(index);
    if (code !== 0) this.violations.push(`a node stopped with ${code}: ${output}`);
    this.#restarts.push(fleet.restart(index));
  }

  async #halt(fleet: Fleet, index: number): Promise<void> {
    fleet.signal(index, 'SIGSTOP');
    await this.#pause(DOWN_MS);
    fleet.signal(index, 'SIGCONT');
  }

  #databaseFaults(database: PostgresServer): readonly (readonly [string, Fault])[] {
    return [
      ['database restarts', () => database.restart()],
      [
        'database kills',
        async () => {
          await database.kill();
          await this.#pause(DOWN_MS);
          await database.restart();
        },
      ],
      [
        'database halts',
        async () => {
          database.pause();
          await this.#pause(DOWN_MS);
          database.resume();
        },
      ],
      ['disconnections', () => disconnect(database.url())],
    ];
  }

  async #pause([least, most]: readonly [number, number]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#random.integer(least, most)));
  }
}

/** Ends every connection but its own. */
async function disconnect(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`);
  await client.end();
}
