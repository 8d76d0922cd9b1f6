import { alternate, type Benchmark, ROUND_SECONDS } from './harness/benchmark.ts';
import type { LoadResult } from './harness/load.ts';
import type { Figure } from './harness/report.ts';
import { type SearchShape, searchShapes } from './harness/search-shapes.ts';
import type { BenchServer } from './harness/server.ts';
import { median } from './harness/statistics.ts';
import { changeDocuments, warmUp } from './harness/tenants.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 3;
const CONNECTIONS = 30;
const CHANGES = 5_000;
const DEEP_PAGE = 1_000;

const UNTOUCHED = 'untouched';
const CHANGED = 'changed';

/** Medians of several rounds; the first, which warms up, does not count. */
async function measure(
  workshop: Workshop,
  server: BenchServer,
  tenant: string,
  paths: readonly string[],
  rounds = ROUNDS,
): Promise<LoadResult> {
  const load = workshop.load({ method: 'GET', paths, tenants: [tenant] });
  const results: LoadResult[] = [];
  for (let seed = 0; seed <= rounds; seed++) {
    const { port } = server;
    const result = await load.run({ port, connections: CONNECTIONS, seconds: ROUND_SECONDS, seed });
    if (seed > 0) results.push(result);
  }
  load.remove();
  return middle(results);
}

function middle(results: readonly LoadResult[]): LoadResult {
  const of = (name: keyof LoadResult) => median(results.map((result) => result[name]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    replyBytes: of('replyBytes'),
    p50: of('p50'),
    p99: of('p99'),
    max: of('max'),
  };
}

function figure(what: string, result: LoadResult): Figure {
  const { requestsPerSecond, p50, p99, replyBytes } = result;
  return {
    what,
    measured: requestsPerSecond,
    unit: 'search/s',
    aside: { p50Ms: p50, p99Ms: p99, replyBytes },
  };
}

function mixed(shapes: readonly SearchShape[]): readonly string[] {
  return shapes.flatMap(({ paths }) => paths);
}

/** The address of a page, by following links from the first. */
async function pageAddress(server: BenchServer, path: string, page: number): Promise<string> {
  let address = path;
  for (let number = 1; number < page; number++) {
    const { body } = await server.client.expect(`/tenants/${UNTOUCHED}${address}`);
    const link = /"relation":"next","url":"[^"]*?(\/fhir\/[^"]+)"/.exec(body)?.[1];
    if (link === undefined) throw new Error(`${path} has only ${number} pages.`);
    address = link;
  }
  return address;
}

function compared(
  what: string,
  atMost: number,
  measured: LoadResult,
  baseline: readonly [what: string, result: LoadResult],
): Figure {
  return {
    what,
    measured: measured.p50,
    unit: 'ms p50',
    baseline: { what: baseline[0], value: baseline[1].p50 },
    target: { of: 'ratio', at: 'most', value: atMost },
    aside: { requestsPerSecond: measured.requestsPerSecond, p99Ms: measured.p99 },
  };
}

export const benchmark: Benchmark = {
  title: `search: pages of 20 over HTTP, ${CONNECTIONS} connections, server on one core`,

  async run(workshop) {
    const shapes = searchShapes(workshop.dataset);
    const server = await workshop.serve(await workshop.copy(1));
    await warmUp(server.client, [UNTOUCHED, CHANGED]);
    const figures: Figure[] = [];
    for (const { what, paths } of shapes)
      figures.push(figure(what, await measure(workshop, server, UNTOUCHED, paths, 1)));

    const mix = await measure(workshop, server, UNTOUCHED, mixed(shapes));
    figures.push({ ...figure('the mix of all', mix), target: { of: 'measured', at: 'least', value: 2_500 } });
    figures.push({
      what: 'the mix of all',
      measured: mix.p50,
      unit: 'ms p50',
      target: { of: 'measured', at: 'most', value: 10 },
    });

    for (const path of ['/fhir/Observation?_count=20', '/fhir/Observation?_sort=-date&_count=20']) {
      const deep = await pageAddress(server, path, DEEP_PAGE);
      const page = (address: string) => () => measure(workshop, server, UNTOUCHED, [address], 1);
      const { subject, baseline } = await alternate(ROUNDS, page(deep), page(path));
      const what = `page ${DEEP_PAGE} of ${path.slice(6)}`;
      figures.push(compared(what, 1.2, middle(subject), ['page 1', middle(baseline)]));
    }

    await changeDocuments(server.client, [CHANGED], workshop.dataset.keys, CHANGES);
    const changed = await measure(workshop, server, CHANGED, mixed(shapes));
    figures.push(compared(`the mix, ${CHANGES} documents changed`, 1.3, changed, ['untouched', mix]));
    await server.stop();

    const large = await workshop.serve(await workshop.copy(16));
    await warmUp(large.client, [UNTOUCHED]);
    const sixteen = await measure(workshop, large, UNTOUCHED, mixed(shapes));
    figures.push(compared('the mix, 16 times the data', 1.5, sixteen, ['1 times', mix]));
    await large.stop();
    return figures;
  },
};
