import { alternate, type Benchmark, ROUND_SECONDS } from './harness/benchmark.ts';
import type { LoadResult, Workload } from './harness/load.ts';
import { observation } from './harness/observation.ts';
import { readAtPace } from './harness/paced-reader.ts';
import type { Figure } from './harness/report.ts';
import { median } from './harness/statistics.ts';
import { tenantNames, warmUp } from './harness/tenants.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 5;
const CONNECTIONS = 64;
const DOCUMENTS = 2000;
const READS_PER_SECOND = 100;

async function measure(workshop: Workshop, count: number, atLeast: number): Promise<readonly Figure[]> {
  const tenants = tenantNames('writer', count);
  const ids = workshop.dataset.keys
    .filter((key) => key.startsWith('Observation/'))
    .slice(0, DOCUMENTS)
    .map((key) => key.slice('Observation/'.length));
  const workload: Workload = {
    method: 'PUT',
    headers: ['Content-Type: application/fhir+json'],
    paths: ids.map((id) => `/fhir/Observation/${id}`),
    tenants,
    bodies: ids.map(observation),
  };
  const server = await workshop.serve(await workshop.copy(1));
  await warmUp(server.client, tenants);
  const plain = await workshop.baseline('durable-server.ts', [workshop.makeFolder('durable')]);
  const load = workshop.load(workload);

  const readPaths = workshop.dataset.keys.map((key) => `/tenants/${tenants[0]}/fhir/${key}`);
  const calm = await readAtPace(server.client, readPaths, READS_PER_SECOND, ROUND_SECONDS);
  const busy: { p50: number; p99: number }[] = [];
  const run = (port: number, round: number): Promise<LoadResult> =>
    load.run({ port, connections: CONNECTIONS, seconds: ROUND_SECONDS, seed: round + 1 });
  const { subject, baseline } = await alternate(
    ROUNDS,
    async (round) => {
      const [written, read] = await Promise.all([
        run(server.port, round),
        readAtPace(server.client, readPaths, READS_PER_SECOND, ROUND_SECONDS - 0.5),
      ]);
      busy.push(read);
      return written;
    },
    (round) => run(plain.port, round),
  );
  await server.stop();
  await plain.stop();

  const who = count === 1 ? '1 tenant' : `${count} tenants`;
  const rates = {
    measured: subject.map((r) => r.requestsPerSecond),
    baseline: baseline.map((r) => r.requestsPerSecond),
  };
  const p99 = { measured: subject.map((r) => r.p99), baseline: baseline.map((r) => r.p99) };
  const reads = busy.slice(1).map((read) => read.p99);
  return [
    {
      what: `updates, ${who}`,
      measured: median(rates.measured),
      unit: 'PUT/s',
      baseline: { what: 'one plain commit each', value: median(rates.baseline) },
      target: { of: 'measured', at: 'least', value: atLeast },
      rounds: rates,
    },
    {
      what: `update p99, ${who}`,
      measured: median(p99.measured),
      unit: 'ms',
      baseline: { what: 'one plain commit each', value: median(p99.baseline) },
      rounds: p99,
      aside: { p50Ms: median(subject.map((r) => r.p50)) },
    },
    {
      what: `read p99 meanwhile, ${who}`,
      measured: median(reads),
      unit: 'ms',
      baseline: { what: 'ms without writes', value: calm.p99 },
      rounds: { measured: reads },
      aside: { p50Ms: median(busy.slice(1).map((read) => read.p50)), calmP50Ms: calm.p50 },
    },
  ];
}

export const benchmark: Benchmark = {
  title: `write: durable, validated PUT of 1 KB Observations, ${CONNECTIONS} connections, ${READS_PER_SECOND} reads/s meanwhile`,

  async run(workshop) {
    return [...(await measure(workshop, 1, 2500)), ...(await measure(workshop, 100, 1500))];
  },
};
