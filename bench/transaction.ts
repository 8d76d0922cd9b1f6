import type { Benchmark } from './harness/benchmark.ts';
import { forEachConcurrently } from './harness/http-client.ts';
import { readAtPace } from './harness/paced-reader.ts';
import type { BenchServer } from './harness/server.ts';
import { median } from './harness/statistics.ts';
import { tenantNames, warmUp } from './harness/tenants.ts';
import {
  largeTransaction,
  syntheaTransactions,
  type Transaction,
  transactionsIn,
} from './harness/transactions.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 5;
const CONNECTIONS = 8;
const COPIES = 4;
const LARGE = 25_000;
const READS_PER_SECOND = 100;

function send(server: BenchServer, tenant: string, { body }: Transaction) {
  const headers = { 'x-tenant-id': tenant, 'content-type': 'application/fhir+json' };
  return server.client.expect('/fhir', { method: 'POST', headers, body });
}

async function transactionsOf(workshop: Workshop): Promise<readonly Transaction[]> {
  const synthea = syntheaTransactions();
  if (synthea !== undefined) return synthea;
  const out = workshop.path('bundles');
  await workshop.sample(['--patients', '20', '--format', 'bundle', '--out', out]);
  return transactionsIn(out);
}

/** All transactions, several times, to a tenant for each connection. */
async function rate(
  server: BenchServer,
  tenants: readonly string[],
  transactions: readonly Transaction[],
): Promise<number> {
  const jobs = Array.from({ length: COPIES }, () => transactions).flat();
  const started = performance.now();
  await forEachConcurrently(jobs.entries(), CONNECTIONS, ([index, transaction]) =>
    send(server, tenants[index % tenants.length]!, transaction),
  );
  const resources = jobs.reduce((sum, transaction) => sum + transaction.resources, 0);
  return resources / ((performance.now() - started) / 1000);
}

export const benchmark: Benchmark = {
  title: `transaction: Bundles as published, ${CONNECTIONS} connections on all cores; and one of ${LARGE.toLocaleString('en-US')} entries`,

  async run(workshop) {
    const transactions = await transactionsOf(workshop);
    const tenants = tenantNames('bundle', CONNECTIONS);
    const server = await workshop.serve(await workshop.copy(1), { placement: 'anywhere' });
    await warmUp(server.client, [...tenants, 'large', 'reader']);
    await rate(server, tenants, transactions);
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) rates.push(await rate(server, tenants, transactions));
    await server.stop();

    const fresh = await workshop.serve(await workshop.copy(1), { placement: 'anywhere' });
    await warmUp(fresh.client, ['large', 'reader']);
    const large = largeTransaction(transactions, LARGE);
    const paths = workshop.dataset.keys.map((key) => `/tenants/reader/fhir/${key}`);
    const calm = await readAtPace(fresh.client, paths, READS_PER_SECOND, 2);
    const started = performance.now();
    const writing = send(fresh, 'large', large);
    let isDone = false;
    const done = writing.finally(() => {
      isDone = true;
    });
    const reads: { p50: number; p99: number }[] = [];
    while (!isDone) reads.push(await readAtPace(fresh.client, paths, READS_PER_SECOND, 1));
    await done;
    const seconds = (performance.now() - started) / 1000;
    const memory = fresh.process.memory()!.peak / 1e6;
    await fresh.stop();
    const size = `${(large.body.length / 1e6).toFixed(0)} MB`;
    return [
      {
        what: `transactions of ${Math.round(transactions.reduce((sum, { resources }) => sum + resources, 0) / transactions.length)} entries`,
        measured: median(rates),
        unit: 'resources/s',
        target: { of: 'measured', at: 'least', value: 2_000 },
        rounds: { measured: rates },
      },
      { what: `one of ${LARGE} entries, ${size}`, measured: LARGE / seconds, unit: 'resources/s' },
      {
        what: 'most resident memory',
        measured: memory,
        unit: 'MB',
        target: { of: 'measured', at: 'most', value: 800 },
      },
      {
        what: "another tenant's read p99 meanwhile",
        measured: median(reads.map(({ p99 }) => p99)),
        unit: 'ms',
        baseline: { what: 'ms before', value: calm.p99 },
        target: { of: 'measured', at: 'most', value: 50 },
        rounds: { measured: reads.map(({ p99 }) => p99) },
        aside: { p50Ms: median(reads.map(({ p50 }) => p50)) },
      },
    ];
  },
};
