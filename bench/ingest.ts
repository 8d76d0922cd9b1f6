import { rmSync, statSync } from 'node:fs';
import { alternate, type Benchmark } from './harness/benchmark.ts';
import { median } from './harness/statistics.ts';

const ROUNDS = 3;

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
    ];
  },
};
