import { rmSync, statSync } from 'node:fs';
import { alternate, type Benchmark } from './harness/benchmark.ts';
import { enlarge } from './harness/dataset.ts';
import type { Figure } from './harness/report.ts';
import { median } from './harness/statistics.ts';
import type { Workshop } from './harness/workshop.ts';

const ROUNDS = 3;

/** How many times the dataset comes in: about a hundred thousand resources, and more than a million. */
const SMALL = 2;
const LARGE = 16;

/** Resources/s of whole ingests, sealing included: the rate may not fall as the data grows. */
async function growing(workshop: Workshop): Promise<Figure> {
  const rate = async (factor: number): Promise<number> => {
    const folder = workshop.path(`dataset-${factor}x`);
    const data = workshop.path(`ingested-${factor}x`);
    const files = await enlarge(workshop.dataset, factor, folder);
    const { seconds } = await workshop.ingest(files, data);
    for (const each of [folder, data]) rmSync(each, { recursive: true });
    return (factor * workshop.dataset.keys.length) / seconds;
  };
  const resources = (factor: number) =>
    `${(factor * workshop.dataset.keys.length).toLocaleString('en-US')} resources`;
  const small = [await rate(SMALL), await rate(SMALL)];
  const large = await rate(LARGE);
  return {
    what: resources(LARGE),
    measured: large,
    unit: 'resources/s',
    baseline: { what: resources(SMALL), value: median([...small, await rate(SMALL)]) },
    target: { of: 'ratio', at: 'least', value: 0.8 },
  };
}

export const benchmark: Benchmark = {
  title:
    'ingest: from process start to sealed master, on all cores, against plain SQLite inserts on one thread',

  async run(workshop) {
    const { files, keys, bytes } = workshop.dataset;
    const sizes: number[] = [];
    const { subject, baseline } = await alternate(
      ROUNDS,
      async () => {
        const data = workshop.path('ingested');
        const result = await workshop.ingest(files, data);
        sizes.push(statSync(`${data}/default.g1.db`).size / bytes);
        rmSync(data, { recursive: true });
        return result;
      },
      async () => {
        const folder = workshop.makeFolder('plain');
        const command = [
          process.execPath,
          workshop.baselineScript('plain-ingest.ts'),
          `${folder}/plain.db`,
          ...files,
        ];
        const result = await workshop.measure(command);
        rmSync(folder, { recursive: true });
        return result;
      },
    );
    const rates = {
      measured: subject.map(({ seconds }) => keys.length / seconds),
      baseline: baseline.map(({ seconds }) => keys.length / seconds),
    };
    const memory = {
      measured: subject.map(({ peakMemory }) => peakMemory / 1e6),
      baseline: baseline.map(({ peakMemory }) => peakMemory / 1e6),
    };
    return [
      {
        what: `${keys.length.toLocaleString('en-US')} resources`,
        measured: median(rates.measured),
        unit: 'resources/s',
        baseline: { what: 'plain inserts', value: median(rates.baseline) },
        target: { of: 'measured', at: 'least', value: 6_000 },
        rounds: rates,
      },
      {
        what: 'master file with all indexes, in sizes of the NDJSON',
        measured: median(sizes),
        unit: 'times',
        target: { of: 'measured', at: 'most', value: 3 },
      },
      {
        what: 'most resident memory',
        measured: median(memory.measured),
        unit: 'MB',
        baseline: { what: 'plain inserts', value: median(memory.baseline) },
        target: { of: 'measured', at: 'most', value: 600 },
        rounds: memory,
      },
      await growing(workshop),
    ];
  },
};
