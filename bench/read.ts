import type { Benchmark } from './harness/benchmark.ts';
import { alternate, ROUND_SECONDS } from './harness/benchmark.ts';
import type { Workload } from './harness/load.ts';
import type { Figure } from './harness/report.ts';
import type { BenchServer } from './harness/server.ts';
import { median, seededRandom } from './harness/statistics.ts';
import { changeDocuments, tenantNames, warmUp } from './harness/tenants.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 5;
const CONNECTIONS = 64;
const TENANTS = 100;
const CHANGES = 200;

/** What `node:http` adds by itself. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

/** Starts a raw server whose replies have the headers of this workload's replies and a body of their mean size. */
async function rawServer(workshop: Workshop, server: BenchServer, workload: Workload): Promise<BenchServer> {
  const random = seededRandom(7);
  let bytes = 0;
  let headers: Record<string, unknown> = {};
  const samples = 500;
  for (let sample = 0; sample < samples; sample++) {
    const tenant = workload.tenants![random(workload.tenants!.length)];
    const path = workload.paths[random(workload.paths.length)];
    const reply = await server.client.expect(`/tenants/${tenant}${path}`);
    bytes += Buffer.byteLength(reply.body);
    headers = Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !OWN_HEADERS.has(name)));
  }
  return workshop.baseline('constant-server.ts', [
    String(Math.round(bytes / samples)),
    JSON.stringify(headers),
  ]);
}

async function compare(
  workshop: Workshop,
  server: BenchServer,
  what: string,
  workload: Workload,
  atLeast: number,
): Promise<Figure> {
  const raw = await rawServer(workshop, server, workload);
  const load = workshop.load(workload);
  const run = (target: BenchServer) => async (seed: number) => {
    const before = target.process.processorSeconds() ?? Number.NaN;
    const result = await load.run({
      port: target.port,
      connections: CONNECTIONS,
      seconds: ROUND_SECONDS,
      seed,
    });
    const spent = (target.process.processorSeconds() ?? Number.NaN) - before;
    return { ...result, processorMicros: (spent * 1e6) / (result.requestsPerSecond * ROUND_SECONDS) };
  };
  const { subject, baseline } = await alternate(ROUNDS, run(server), run(raw));
  await raw.stop();
  load.remove();
  const rates = {
    measured: subject.map((r) => r.requestsPerSecond),
    baseline: baseline.map((r) => r.requestsPerSecond),
  };
  return {
    what,
    measured: median(rates.measured),
    unit: 'GET/s',
    baseline: { what: 'raw node:http', value: median(rates.baseline) },
    target: { of: 'ratio', at: 'least', value: atLeast },
    rounds: rates,
    aside: {
      processorMicros: median(subject.map((r) => r.processorMicros)),
      rawProcessorMicros: median(baseline.map((r) => r.processorMicros)),
      p50Ms: median(subject.map((r) => r.p50)),
      p99Ms: median(subject.map((r) => r.p99)),
      rawP99Ms: median(baseline.map((r) => r.p99)),
      replyBytes: median(subject.map((r) => r.replyBytes)),
      rawReplyBytes: median(baseline.map((r) => r.replyBytes)),
    },
  };
}

export const benchmark: Benchmark = {
  title:
    'read: GET by id over HTTP, 64 connections, against raw node:http sending one constant body of the mean size',

  async run(workshop) {
    const server = await workshop.serve(await workshop.copy(1));
    const tenants = tenantNames('tenant', TENANTS);
    await warmUp(server.client, tenants);

    const paths = workshop.dataset.keys.map((key) => `/fhir/${key}`);
    const random = seededRandom(1);
    const few = Array.from({ length: 1000 }, () => paths[random(paths.length)]!);
    for (const path of few) await server.client.expect(`/tenants/${tenants[0]}${path}`);

    const everything = { method: 'GET', paths, tenants } as const;
    const documents = workshop.dataset.keys.length.toLocaleString('en-US');
    const figures = [
      await compare(
        workshop,
        server,
        '1,000 documents read before, 1 tenant',
        { method: 'GET', paths: few, tenants: tenants.slice(0, 1) },
        0.65,
      ),
      await compare(
        workshop,
        server,
        `${documents} documents × ${TENANTS} untouched tenants`,
        everything,
        0.55,
      ),
    ];
    await changeDocuments(server.client, tenants, workshop.dataset.keys, CHANGES);
    figures.push(
      await compare(workshop, server, `the same, ${CHANGES} documents changed by each`, everything, 0.5),
    );
    await server.stop();
    return figures;
  },
};
