import { alternate, ROUND_SECONDS } from '../harness/benchmark.ts';
import type { LoadResult, Workload } from '../harness/load.ts';
import type { Figure } from '../harness/report.ts';
import type { BenchServer } from '../harness/server.ts';
import { median } from '../harness/statistics.ts';
import { tenantNames, warmUp } from '../harness/tenants.ts';
import type { Size, Workshop } from '../harness/workshop.ts';

export const ROUNDS = 5;
export const CONNECTIONS = 64;
const TENANTS = 100;

/** One server on each engine, with the same master and the same warm tenants. */
export class EnginePair {
  readonly sqlite: BenchServer;
  readonly postgres: BenchServer;
  /** Address of the store on PostgreSQL. */
  readonly database: string;
  readonly tenants = tenantNames('tenant', TENANTS);
  readonly #workshop: Workshop;

  private constructor(workshop: Workshop, database: string, sqlite: BenchServer, postgres: BenchServer) {
    this.#workshop = workshop;
    this.database = database;
    this.sqlite = sqlite;
    this.postgres = postgres;
  }

  static async start(workshop: Workshop, size: Size): Promise<EnginePair> {
    const database = await workshop.database(size);
    const sqlite = await workshop.serve(await workshop.copy(size));
    const pair = new EnginePair(workshop, database, sqlite, await workshop.serve(database));
    await warmUp(pair.sqlite.client, pair.tenants);
    await warmUp(pair.postgres.client, pair.tenants);
    return pair;
  }

  /** Runs a workload on both in alternation. */
  async run(
    workload: Workload,
    options: { readonly connections?: number; readonly seconds?: number } = {},
  ): Promise<{ readonly postgres: readonly LoadResult[]; readonly sqlite: readonly LoadResult[] }> {
    const load = this.#workshop.load(workload);
    const { connections = CONNECTIONS, seconds = ROUND_SECONDS } = options;
    const on = (server: BenchServer) => (round: number) =>
      load.run({ port: server.port, connections, seconds, seed: round + 1 });
    const { subject, baseline } = await alternate(ROUNDS, on(this.postgres), on(this.sqlite));
    load.remove();
    return { postgres: subject, sqlite: baseline };
  }

  /** How many requests of a workload each answers. */
  async rate(what: string, unit: string, workload: Workload): Promise<Figure> {
    const { postgres, sqlite } = await this.run(workload);
    const rounds = {
      measured: postgres.map((r) => r.requestsPerSecond),
      baseline: sqlite.map((r) => r.requestsPerSecond),
    };
    return {
      what: `${what}, PostgreSQL`,
      measured: median(rounds.measured),
      unit,
      baseline: { what: `${unit} on SQLite`, value: median(rounds.baseline) },
      rounds,
      aside: {
        p50Ms: median(postgres.map((r) => r.p50)),
        p99Ms: median(postgres.map((r) => r.p99)),
        sqliteP50Ms: median(sqlite.map((r) => r.p50)),
        sqliteP99Ms: median(sqlite.map((r) => r.p99)),
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.sqlite.stop(), this.postgres.stop()]);
  }
}
