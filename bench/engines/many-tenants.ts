import { HeapProbe } from '../harness/heap-probe.ts';
import { forEachConcurrently } from '../harness/http-client.ts';
import type { Figure } from '../harness/report.ts';
import type { BenchServer } from '../harness/server.ts';
import { median } from '../harness/statistics.ts';
import { changeDocuments, tenantNames, warmUp } from '../harness/tenants.ts';
import type { Workshop } from '../harness/workshop.ts';

const REGISTERED = 100_000;
const CHANGED = 5_000;
const FEW = 10;
const CHANGES = 5;
const ROUNDS = 7;
/** One request at a time: a latency, not a queue. */
const CONNECTIONS = 1;
const SECONDS = 3;

/** What a node and its database are like with so many tenants. */
interface Node {
  readonly server: BenchServer;
  readonly database: string;
  readonly tenants: readonly string[];
}

/** A node that has made and warmed all of them, and has read a document of each that has changed something. */
async function prepare(
  workshop: Workshop,
  paths: readonly string[],
  registered: number,
  changed: number,
): Promise<Node> {
  const store = await workshop.database(1);
  const server = await workshop.serve(store, { nodeFlags: ['--inspect=127.0.0.1:0'] });
  const tenants = tenantNames('tenant', registered);
  await warmUp(server.client, tenants);
  const others = tenants.slice(0, changed);
  await changeDocuments(server.client, others, workshop.dataset.keys, CHANGES);
  const database = new URL(store).pathname.slice(1);
  await (await workshop.databases()).query(database, 'VACUUM (ANALYZE)');
  for (const path of paths) await server.client.expect(`/tenants/${others[0]}${path}`);
  await forEachConcurrently(others, 64, (tenant) => server.client.expect(`/tenants/${tenant}${paths[0]}`));
  return { server, database, tenants: others };
}

async function catalogBytes(workshop: Workshop, database: string): Promise<number> {
  const [row] = await (await workshop.databases()).query(
    database,
    `SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'`,
  );
  return row!.bytes as number;
}

/** Heap and buffers after a collection, MB: how much is resident depends on when the last one was. */
async function memoryInUse({ server }: Node): Promise<number> {
  const probe = await HeapProbe.connect(server.process);
  try {
    return (await probe.bytesInUse()) / 1e6;
  } finally {
    probe.close();
  }
}

/** Memory of a node, size of the catalog and latency of reads with very many tenants, against a handful. */
export async function manyTenants(workshop: Workshop, paths: readonly string[]): Promise<readonly Figure[]> {
  const few = await prepare(workshop, paths, FEW, FEW);
  const many = await prepare(workshop, paths, REGISTERED, CHANGED);
  const latencies = { few: [] as number[], many: [] as number[] };
  const loads = {
    few: workshop.load({ method: 'GET', paths, tenants: few.tenants }),
    many: workshop.load({ method: 'GET', paths, tenants: many.tenants }),
  };
  // The first round opens what it needs and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, node] of [['many', many] as const, ['few', few] as const]) {
      const { p50 } = await loads[name].run({
        ...{ port: node.server.port, connections: CONNECTIONS, seconds: SECONDS, seed: round + 1 },
      });
      if (round > 0) latencies[name].push(p50);
    }
  }
  const resident = (node: Node) => (node.server.process.memory()?.anonymous ?? Number.NaN) / 1e6;
  const aside = { residentMB: resident(many), residentMBWithFew: resident(few) };
  const catalog = async (node: Node) => (await catalogBytes(workshop, node.database)) / 1e6;
  const sizes = {
    memory: [await memoryInUse(many), await memoryInUse(few)] as const,
    catalog: [await catalog(many), await catalog(few)] as const,
  };
  await Promise.all([many.server.stop(), few.server.stop()]);
  const figure = (what: string, unit: string, [measured, baseline]: readonly [number, number]): Figure => ({
    what: `${what}, ${REGISTERED.toLocaleString('en-US')} tenants, ${CHANGED.toLocaleString('en-US')} with changes`,
    measured,
    unit,
    baseline: { what: `${unit} with ${FEW} tenants`, value: baseline },
    target: { of: 'ratio', at: 'most', value: 1.2 },
  });
  return [
    { ...figure('memory in use by a node', 'MB', sizes.memory), aside },
    figure('catalog of the database', 'MB', sizes.catalog),
    {
      ...figure('read, p50', 'ms', [median(latencies.many), median(latencies.few)]),
      rounds: { measured: latencies.many, baseline: latencies.few },
    },
  ];
}
