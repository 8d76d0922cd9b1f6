import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, type Benchmark } from './harness/benchmark.ts';
import type { LoadResult, Workload } from './harness/load.ts';
import { median } from './harness/statistics.ts';

const ROUNDS = 5;
/** Short rounds: tenants stay warm, and more than `--max-warm-tenants` would cool each other. */
const SECONDS = 2;

/** Every request names a tenant that has never been warm. */
const NEW_TENANTS: Workload = {
  method: 'POST',
  headers: ['Content-Type: application/json'],
  paths: ['/warm-up-tenant'],
  bodies: ['{"tenant":"new-{n}"}'],
};

/** Milliseconds of copying the master's file and making the copy durable, as a copy without overlays would need. */
function copyMaster(data: string, target: string): number {
  const master = readdirSync(data).find((file) => /^default\.g\d+\.db$/.test(file))!;
  const startedAt = performance.now();
  copyFileSync(join(data, master), target);
  const file = openSync(target, 'r+');
  fsyncSync(file);
  closeSync(file);
  const elapsed = performance.now() - startedAt;
  rmSync(target);
  return elapsed;
}

function masterMegabytes(data: string): number {
  const sizes = readdirSync(data)
    .filter((file) => file.startsWith('default.g'))
    .map((file) => statSync(join(data, file)).size);
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
}

export const benchmark: Benchmark = {
  title:
    'warm-up: a new tenant over HTTP, one after the other, with the master and with one ten times as large',

  async run(workshop) {
    const stores = { once: await workshop.copy(1), tenfold: await workshop.copy(10) };
    const servers = {
      once: await workshop.serve(stores.once),
      tenfold: await workshop.serve(stores.tenfold),
    };
    const load = workshop.load(NEW_TENANTS);
    const run = (port: number) => (round: number) =>
      load.run({ port, connections: 1, seconds: SECONDS, seed: round + 1 });
    const { subject, baseline } = await alternate(ROUNDS, run(servers.tenfold.port), run(servers.once.port));
    await servers.once.stop();
    await servers.tenfold.stop();

    const copies = { once: [] as number[], tenfold: [] as number[] };
    for (let round = 0; round < 3; round++) {
      copies.once.push(copyMaster(stores.once, workshop.path('full-copy.db')));
      copies.tenfold.push(copyMaster(stores.tenfold, workshop.path('full-copy.db')));
    }
    const of = (results: readonly LoadResult[], what: 'p50' | 'p99') => results.map((result) => result[what]);
    const copied = (data: string, times: readonly number[]) => ({
      what: `full copy, ${masterMegabytes(data)} MB`,
      value: median(times),
    });
    const p50 = { measured: of(subject, 'p50'), baseline: of(baseline, 'p50') };
    return [
      {
        what: 'new tenant, p50',
        measured: median(p50.baseline),
        unit: 'ms',
        baseline: copied(stores.once, copies.once),
        target: { of: 'measured', at: 'most', value: 2 },
        rounds: { measured: p50.baseline },
      },
      {
        what: 'new tenant, p99',
        measured: median(of(baseline, 'p99')),
        unit: 'ms',
        target: { of: 'measured', at: 'most', value: 10 },
        rounds: { measured: of(baseline, 'p99') },
      },
      {
        what: 'new tenant, p50, master 10× as large',
        measured: median(p50.measured),
        unit: 'ms',
        baseline: { what: 'master 1×', value: median(p50.baseline) },
        target: { of: 'ratio', at: 'most', value: 1.2 },
        rounds: p50,
      },
      {
        what: 'new tenant, p99, master 10× as large',
        measured: median(of(subject, 'p99')),
        unit: 'ms',
        baseline: copied(stores.tenfold, copies.tenfold),
        target: { of: 'measured', at: 'most', value: 10 },
        rounds: { measured: of(subject, 'p99') },
      },
    ];
  },
};
