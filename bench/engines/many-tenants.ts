import { HeapProbe } from '../harness/heap-probe.ts';
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
const MANY_CONNECTIONS = 64;
const SECONDS = 3;

/** A node that serves, with its database and the tenants that have changed something. */
interface Node {
  readonly server: BenchServer;
  readonly database: string;
  readonly tenants: readonly string[];
  /** Resident memory of the node that made the tenants, when it had done so, MB. */
  readonly makerMB: number;
}

/**
 * Lets one node make and warm the tenants and change documents of up to `CHANGED` of them, and starts another that serves
 * them: what it holds is what so many tenants cost, not what is left of making them.
 */
async function prepare(workshop: Workshop, registered: number): Promise<Node> {
  const store = await workshop.database(1);
  const maker = await workshop.serve(store);
  const all = tenantNames('tenant', registered);
  await warmUp(maker.client, all);
  const tenants = all.slice(0, CHANGED);
  await changeDocuments(maker.client, tenants, workshop.dataset.keys, CHANGES);
  const makerMB = residentMemory(maker);
  await maker.stop();
  const database = new URL(store).pathname.slice(1);
  await (await workshop.databases()).query(database, 'VACUUM (ANALYZE)');
  const server = await workshop.serve(store, { nodeFlags: ['--inspect=127.0.0.1:0'] });
  return { server, database, tenants, makerMB };
}

async function catalogBytes(workshop: Workshop, database: string): Promise<number> {
  const [row] = await (await workshop.databases()).query(
    database,
    `SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'`,
  );
  return row!.bytes as number;
}

function residentMemory(server: BenchServer): number {
  return (server.process.memory()?.anonymous ?? Number.NaN) / 1e6;
}

/** Heap and buffers after a collection, MB: without garbage. */
async function memoryInUse({ server }: Node): Promise<number> {
  const probe = await HeapProbe.connect(server.process);
  try {
    return (await probe.bytesInUse()) / 1e6;
  } finally {
    probe.close();
  }
}

/**
 * Memory of a node, size of the catalog and latency of reads with very many tenants, against a handful. Both nodes are
 * asked alike and in turn: one request at a time for the latency, then many at once, after which memory is looked at.
 */
export async function manyTenants(workshop: Workshop, paths: readonly string[]): Promise<readonly Figure[]> {
  const few = await prepare(workshop, FEW);
  const many = await prepare(workshop, REGISTERED);
  const latencies = { few: [] as number[], many: [] as number[] };
  const resident = { few: [] as number[], many: [] as number[] };
  const loads = {
    few: workshop.load({ method: 'GET', paths, tenants: few.tenants }),
    many: workshop.load({ method: 'GET', paths, tenants: many.tenants }),
  };
  // The first round opens what it needs and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { server }] of [['many', many] as const, ['few', few] as const]) {
      const options = { port: server.port, seconds: SECONDS, seed: round + 1 };
      const { p50 } = await loads[name].run({ ...options, connections: CONNECTIONS });
      await loads[name].run({ ...options, connections: MANY_CONNECTIONS });
      if (round === 0) continue;
      latencies[name].push(p50);
      resident[name].push(residentMemory(server));
    }
  }
  const catalog = async (node: Node) => (await catalogBytes(workshop, node.database)) / 1e6;
  const aside = {
    ...{ inUseMB: await memoryInUse(many), inUseMBWithFew: await memoryInUse(few) },
    ...{ makerMB: many.makerMB, makerMBWithFew: few.makerMB },
  };
  const sizes = [await catalog(many), await catalog(few)] as const;
  await Promise.all([many.server.stop(), few.server.stop()]);
  const figure = (what: string, unit: string, [measured, baseline]: readonly [number, number]): Figure => ({
    what: `${what}, ${REGISTERED.toLocaleString('en-US')} tenants, ${CHANGED.toLocaleString('en-US')} with changes`,
    measured,
    unit,
    baseline: { what: `${unit} with ${FEW} tenants`, value: baseline },
    target: { of: 'ratio', at: 'most', value: 1.2 },
  });
  return [
    {
      ...figure('resident memory of a node', 'MB', [median(resident.many), median(resident.few)]),
      ...{ rounds: { measured: resident.many, baseline: resident.few }, aside },
    },
    figure('catalog of the database', 'MB', sizes),
    {
      ...figure('read, p50', 'ms', [median(latencies.many), median(latencies.few)]),
      rounds: { measured: latencies.many, baseline: latencies.few },
    },
  ];
}
