/**
 * The ceiling for reads from PostgreSQL: `pg`'s own pool, a transaction with the settings that the product makes, and a
 * prepared select of a master document by its key, for as many callers at once as the product has connections.
 *
 * Arguments: address, connections, callers, seconds, file of `Type/id` lines, serial of a tenant.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'pg';
import { resourceTypeCode } from '../../src/fhir/resource-type.ts';
import { masterTables } from '../../src/store/postgres/master-tables.ts';
import { beginText } from '../../src/store/postgres/transaction-text.ts';
import { percentile, seededRandom } from '../harness/statistics.ts';

const [url, connections, callers, seconds, file, serial] = process.argv.slice(2) as [
  ...[string, string, string, string, string, string],
];
const keys = readFileSync(file, 'utf8')
  .split('\n')
  .slice(0, -1)
  .map((line) => {
    const [type, id] = line.split('/') as [string, string];
    return [resourceTypeCode(type), id] as const;
  });
const pool = new Pool({ connectionString: url, max: Number(connections) });
const begin = beginText({ dropRole: false, statementTimeoutMs: 5_000 }, 'plain', Number(serial));
const select = {
  name: 'read',
  text: `SELECT json FROM ${masterTables(1).document} WHERE type = $1 AND id = $2`,
};
const random = seededRandom(1);
const latencies: number[] = [];

async function read(): Promise<void> {
  const client = await pool.connect();
  await client.query(begin);
  const { rowCount } = await client.query({ ...select, values: [...keys[random(keys.length)]!] });
  await client.query('COMMIT');
  client.release();
  if (rowCount !== 1) throw new Error('A document is missing.');
}

const startedAt = performance.now();
const end = startedAt + Number(seconds) * 1_000;
await Promise.all(
  Array.from({ length: Number(callers) }, async () => {
    for (let begun = performance.now(); begun < end; begun = performance.now()) {
      await read();
      latencies.push(performance.now() - begun);
    }
  }),
);
const took = (performance.now() - startedAt) / 1_000;
await pool.end();
console.log(
  `RESULT ${JSON.stringify({ perSecond: latencies.length / took, p50: percentile(latencies, 0.5) })}`,
);
