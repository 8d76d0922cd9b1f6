import { type Benchmark, ROUND_SECONDS } from './harness/benchmark.ts';
import { type CrudResult, crudMix } from './harness/crud-mix.ts';
import type { Figure } from './harness/report.ts';
import { median } from './harness/statistics.ts';
import { tenantNames, warmUp } from './harness/tenants.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 5;
const CONNECTIONS = 64;
const DOCUMENTS = 2_000;

async function measure(workshop: Workshop, count: number): Promise<Figure> {
  const tenants = tenantNames('crud', count);
  const ids = workshop.dataset.keys
    .filter((key) => key.startsWith('Observation/'))
    .slice(0, DOCUMENTS)
    .map((key) => key.slice('Observation/'.length));
  const server = await workshop.serve(await workshop.copy(1));
  await warmUp(server.client, tenants);
  const rounds: CrudResult[] = [];
  for (let seed = 0; seed <= ROUNDS; seed++) {
    const { client } = server;
    const result = await crudMix({
      ...{ client, tenants, ids, connections: CONNECTIONS },
      ...{ seconds: ROUND_SECONDS, seed },
    });
    if (seed > 0) rounds.push(result);
  }
  await server.stop();
  const rates = rounds.map((round) => round.requestsPerSecond);
  return {
    what: count === 1 ? '1 tenant' : `${count} tenants`,
    measured: median(rates),
    unit: 'requests/s',
    target: { of: 'measured', at: 'least', value: 1_500 },
    rounds: { measured: rates },
    aside: {
      p50Ms: median(rounds.map((round) => round.p50)),
      p99Ms: median(rounds.map((round) => round.p99)),
    },
  };
}

export const benchmark: Benchmark = {
  title: `crud: 60 % read, 25 % update, 10 % create, 5 % delete, ${CONNECTIONS} connections, durable, server on one core`,

  async run(workshop) {
    return [await measure(workshop, 1), await measure(workshop, 100)];
  },
};
