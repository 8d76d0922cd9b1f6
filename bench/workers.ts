import { alternate, type Benchmark, ROUND_SECONDS } from './harness/benchmark.ts';
import { fourCores, pinned } from './harness/cores.ts';
import type { Load } from './harness/load.ts';
import type { Figure } from './harness/report.ts';
import type { BenchServer } from './harness/server.ts';
import { median, seededRandom } from './harness/statistics.ts';
import { tenantNames, warmUp } from './harness/tenants.ts';

const ROUNDS = 7;
const CONNECTIONS = 64;
const TENANTS = 100;
const DOCUMENTS = 1_000;

interface Round {
  readonly requestsPerSecond: number;
  readonly processorMicros: number;
  readonly p99: number;
}

async function observe(server: BenchServer, load: Load, seed: number): Promise<Round> {
  const before = server.process.processorSeconds() ?? Number.NaN;
  const options = { port: server.port, connections: CONNECTIONS, seconds: ROUND_SECONDS, seed };
  const { requestsPerSecond, p99 } = await load.run(options);
  const spent = (server.process.processorSeconds() ?? Number.NaN) - before;
  return {
    requestsPerSecond,
    p99,
    processorMicros: (spent * 1e6) / (requestsPerSecond * ROUND_SECONDS),
  };
}

export const benchmark: Benchmark = {
  title: 'workers: GET by id over HTTP, 64 connections, two workers against one process',

  async run(workshop) {
    const data = await workshop.copy(1);
    // On fewer cores the load generator is in the way of the second worker: only what a read costs can be compared.
    const placement = pinned && fourCores ? 'two-cores' : 'anywhere';
    const start = (workers: number) =>
      workshop.serve(data, { flags: ['--workers', String(workers)], placement });
    const [two, one] = [await start(2), await start(1)];
    const tenants = tenantNames('tenant', TENANTS);
    await warmUp(one.client, tenants);
    // So few that every worker has read all of them before the first round that counts.
    const random = seededRandom(1);
    const { keys } = workshop.dataset;
    const paths = Array.from({ length: DOCUMENTS }, () => `/fhir/${keys[random(keys.length)]}`);
    const load = workshop.load({ method: 'GET', paths, tenants });
    const { subject, baseline } = await alternate(
      ROUNDS,
      (round) => observe(two, load, round + 1),
      (round) => observe(one, load, round + 1),
    );
    load.remove();
    await Promise.all([two.stop(), one.stop()]);

    const figure = (what: string, unit: string, key: keyof Round): Figure => {
      const rounds = { measured: subject.map((r) => r[key]), baseline: baseline.map((r) => r[key]) };
      const single = { what: `${unit} with one process`, value: median(rounds.baseline) };
      return { what, measured: median(rounds.measured), unit, baseline: single, rounds };
    };
    const rate = figure(
      `reads, ${placement === 'anywhere' ? 'sharing cores with the load generator' : 'on two cores of their own'}`,
      'GET/s',
      'requestsPerSecond',
    );
    return [
      {
        ...figure('processor time of a read, all processes', 'µs', 'processorMicros'),
        target: { of: 'ratio', at: 'most', value: 1.15 },
      },
      placement === 'anywhere' ? rate : { ...rate, target: { of: 'ratio', at: 'least', value: 1.8 } },
      figure('p99 of a read', 'ms', 'p99'),
    ];
  },
};
