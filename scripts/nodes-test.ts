/**
 * Starts several `serve` processes on one store behind a round-robin proxy, lets clients of many tenants read and write
 * while nodes and the database are killed, halted and restarted, and checks that every acknowledged write is there and
 * that every tenant holds exactly what was ingested and written.
 *
 *     node scripts/bootstrap.mjs scripts/nodes-test.ts [--seconds 60] [--seed 1] [--tenants 50] [--nodes 3] [--engine postgres|sqlite]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../src/sample/random.ts';
import { PostgresServer } from '../test/postgres/postgres-server.ts';
import { Killable } from './crash/killable.ts';
import { Comparison } from './nodes/comparison.ts';
import { FaultPlan } from './nodes/fault-plan.ts';
import { Fleet } from './nodes/fleet.ts';
import { MarkedDocument } from './nodes/marked-document.ts';
import { NodeSession, type Tally } from './nodes/node-session.ts';
import { readSource, type SourceModel } from './nodes/source-model.ts';
import { TenantClient } from './nodes/tenant-client.ts';

const SYNTHEA = fileURLToPath(new URL('../../shared/data/synthea-small', import.meta.url));

const CLIENTS_PER_TENANT = 2;
const BASICS_PER_CLIENT = 4;
const PATIENTS_PER_CLIENT = 2;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    tenants: { type: 'string', default: '50' },
    nodes: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'postgres' },
  },
});
const seed = Number(values.seed);

async function command(...args: readonly string[]): Promise<void> {
  const run = new Killable(...args);
  if ((await run.ended) !== 0) throw new Error(`warmfhir ${args[0]} failed: ${run.output}`);
}

/** Two clients per tenant, with documents of their own: new ones, and some of the master. */
function clientsOf(tenant: string, number: number, source: SourceModel, port: number, tally: Tally) {
  const patients = [...source.get('Patient')!.keys()];
  return Array.from({ length: CLIENTS_PER_TENANT }, (_, client) => {
    const basics = Array.from(
      { length: BASICS_PER_CLIENT },
      (_, index) => new MarkedDocument('Basic', `own-${client}-${index}`, false),
    );
    const first = client * PATIENTS_PER_CLIENT;
    const own = patients.slice(first, first + PATIENTS_PER_CLIENT);
    const documents = [...basics, ...own.map((id) => new MarkedDocument('Patient', id, true))];
    return new TenantClient(
      new NodeSession(tenant, port, tally),
      documents,
      [`one-${client}`, `other-${client}`],
      new Random(seed, number, client),
    );
  });
}

const folder = mkdtempSync(join(tmpdir(), 'warmfhir-nodes-'));
let database: PostgresServer | undefined;
let fleet: Fleet | undefined;
try {
  if (values.engine === 'postgres') database = await PostgresServer.start({ fsync: true });
  const store = database?.url() ?? `sqlite:${join(folder, 'data')}`;
  let data = SYNTHEA;
  if (!existsSync(data)) {
    data = join(folder, 'sample');
    await command('sample', '--patients', '200', '--out', data);
  }
  if (database !== undefined) await command('migrate', '--store', store);
  await command('ingest', data, '--store', store, '--log-level', 'warn');
  const source = await readSource(data);
  fleet = await Fleet.start(store, Number(values.nodes));
  console.log(`${fleet.size} nodes serve; disturbing them for ${values.seconds} s`);

  const tally: Tally = { reads: 0, writes: 0, refused: 0, broken: 0 };
  const tenants = Array.from({ length: Number(values.tenants) }, (_, number) => `tenant-${number}`);
  const { port } = fleet.proxy;
  const clients = tenants.map((tenant, number) => clientsOf(tenant, number, source, port, tally));
  const faults = new FaultPlan(fleet, database, new Random(seed));
  const signal = AbortSignal.timeout(Number(values.seconds) * 1_000);
  const running = clients.flat().map((client) => client.run(signal));
  await faults.run(signal);
  await Promise.all(running);

  const { reads, writes, refused, broken } = tally;
  const disturbances = [...faults.done].map(([name, times]) => `${times} ${name}`).join(', ');
  console.log(
    `${reads} reads, ${writes} writes, ${refused} refused, ${broken} without an answer; ${disturbances}`,
  );
  const comparison = new Comparison(source);
  const waiting = [...clients];
  const compareTenants = async () => {
    for (let ofTenant = waiting.shift(); ofTenant !== undefined; ofTenant = waiting.shift()) {
      for (const client of ofTenant) await client.verify();
      const documents = ofTenant.flatMap((client) => client.documents);
      await comparison.compare(ofTenant[0]!.session, documents);
    }
  };
  await Promise.all(Array.from({ length: fleet.size }, compareTenants));
  const versions = clients.flat().flatMap(({ documents }) => documents.flatMap((each) => each.versions));
  const violations = [...faults.violations, ...clients.flat().flatMap(({ session }) => session.violations)];
  for (const violation of violations.slice(0, 50)) console.error(violation);
  console.log(
    `${versions.length} acknowledged versions and ${comparison.compared} documents of ${tenants.length} tenants compared, ${violations.length} violations`,
  );
  if (violations.length > 0) process.exitCode = 1;
} finally {
  await fleet?.close();
  await database?.dispose();
  rmSync(folder, { recursive: true, force: true });
}
