import { writeFileSync } from 'node:fs';
import { alternate, ROUND_SECONDS } from '../harness/benchmark.ts';
import type { Figure } from '../harness/report.ts';
import { median } from '../harness/statistics.ts';
import { warmUp } from '../harness/tenants.ts';
import type { Workshop } from '../harness/workshop.ts';
import { CONNECTIONS, ROUNDS } from './engine-pair.ts';

const TENANT = 'reader';
/** `--database-connections` by default. */
const POOL = 10;

/**
 * Reads through HTTP with the document cache off, against `pg`'s own pool selecting the same documents with the same
 * BEGIN and SET LOCAL for as many callers.
 */
export async function uncachedReads(workshop: Workshop, keys: readonly string[]): Promise<Figure> {
  const store = await workshop.database(1);
  const server = await workshop.serve(store, { flags: ['--document-cache', '0'] });
  await warmUp(server.client, [TENANT]);
  const database = new URL(store).pathname.slice(1);
  const [record] = await (await workshop.databases()).query(
    database,
    `SELECT tenant_id FROM warmfhir.tenant WHERE id = '${TENANT}'`,
  );
  const list = workshop.path('keys');
  writeFileSync(list, keys.map((key) => `${key}\n`).join(''));
  const load = workshop.load({
    method: 'GET',
    paths: keys.map((key) => `/fhir/${key}`),
    tenants: [TENANT],
  });
  const select = [store, POOL, CONNECTIONS, ROUND_SECONDS, list, record!.tenant_id].map(String);
  const { subject, baseline } = await alternate(
    ROUNDS,
    async (round) => {
      const options = {
        port: server.port,
        connections: CONNECTIONS,
        seconds: ROUND_SECONDS,
        seed: round + 1,
      };
      const { requestsPerSecond: perSecond, p50 } = await load.run(options);
      return { perSecond, p50 };
    },
    async () => {
      const { perSecond, p50 } = await workshop.baselineResult('pooled-select.ts', select);
      return { perSecond: perSecond!, p50: p50! };
    },
  );
  load.remove();
  await server.stop();
  const rounds = {
    measured: subject.map((r) => r.perSecond),
    baseline: baseline.map((r) => r.perSecond),
  };
  return {
    what: 'read over HTTP without document cache, PostgreSQL',
    measured: median(rounds.measured),
    unit: 'GET/s',
    baseline: { what: 'bare pooled selects/s', value: median(rounds.baseline) },
    target: { of: 'ratio', at: 'least', value: 0.5 },
    rounds,
    aside: { p50Ms: median(subject.map((r) => r.p50)), selectP50Ms: median(baseline.map((r) => r.p50)) },
  };
}
