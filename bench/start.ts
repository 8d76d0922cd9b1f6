import { alternate, type Benchmark } from './harness/benchmark.ts';
import type { Figure } from './harness/report.ts';
import type { BenchServer } from './harness/server.ts';
import { median } from './harness/statistics.ts';
import { warmUp } from './harness/tenants.ts';
import type { Size, Workshop } from './harness/workshop.ts';

const ROUNDS = 5;
const SETTLE_MS = 2000;

interface Start {
  readonly ms: number;
  readonly megabytes: number;
}

/** Start-up time, and anonymous memory once the process has come to rest. */
async function observe(starting: Promise<BenchServer>): Promise<Start> {
  const server = await starting;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const memory = server.process.memory();
  await server.stop();
  return { ms: server.startUpMs, megabytes: (memory?.anonymous ?? Number.NaN) / 1e6 };
}

/** A store with one tenant that is warm: its warmth outlives the restarts. */
async function storeWithTenant(workshop: Workshop, size: Size): Promise<string> {
  const data = await workshop.copy(size);
  const server = await workshop.serve(data);
  await warmUp(server.client, ['bench']);
  await server.stop();
  return data;
}

async function measure(workshop: Workshop, size: Size): Promise<readonly Figure[]> {
  const data = await storeWithTenant(workshop, size);
  const path = `/tenants/bench/fhir/${workshop.dataset.keys[0]}`;
  const { subject, baseline } = await alternate(
    ROUNDS,
    () => observe(workshop.serve(data, { path })),
    () => observe(workshop.baseline('constant-server.ts', ['1400', '{}'])),
  );
  const count = (workshop.dataset.keys.length * size).toLocaleString('en-US');
  const figure = (what: string, unit: string, key: keyof Start, most: number): Figure => ({
    what: `${what}, ${count} resources`,
    measured: median(subject.map((start) => start[key])),
    unit,
    baseline: { what: 'bare node:http', value: median(baseline.map((start) => start[key])) },
    target: { of: 'measured', at: 'most', value: most },
    rounds: { measured: subject.map((start) => start[key]), baseline: baseline.map((start) => start[key]) },
  });
  return [
    figure('first served request', 'ms', 'ms', 700),
    figure('idle anonymous memory', 'MB', 'megabytes', 150),
  ];
}

export const benchmark: Benchmark = {
  title: 'start: from process start to the first read of a warm tenant that is served, and memory at rest',

  async run(workshop) {
    return [...(await measure(workshop, 1)), ...(await measure(workshop, 10))];
  },
};
