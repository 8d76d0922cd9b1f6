import { rmSync } from 'node:fs';
import { alternate } from '../harness/benchmark.ts';
import type { Figure } from '../harness/report.ts';
import { median } from '../harness/statistics.ts';
import type { Workshop } from '../harness/workshop.ts';

const ROUNDS = 3;

/** From process start to sealed master, on all cores, the database's included. */
export async function ingests(workshop: Workshop): Promise<Figure> {
  const { files, keys } = workshop.dataset;
  const server = await workshop.databases();
  const { subject, baseline } = await alternate(
    ROUNDS,
    async (round) => {
      const name = `ingest_${round}`;
      const { seconds } = await workshop.ingest(files, await server.create(name));
      await server.drop(name);
      return keys.length / seconds;
    },
    async () => {
      const folder = workshop.path('ingested');
      const { seconds } = await workshop.ingest(files, folder);
      rmSync(folder, { recursive: true });
      return keys.length / seconds;
    },
  );
  return {
    what: `ingest of ${keys.length.toLocaleString('en-US')} resources, PostgreSQL`,
    measured: median(subject),
    unit: 'resources/s',
    baseline: { what: 'resources/s on SQLite', value: median(baseline) },
    target: { of: 'ratio', at: 'least', value: 0.5 },
    rounds: { measured: subject, baseline },
  };
}
