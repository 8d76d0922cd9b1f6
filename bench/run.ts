/**
 * Runs benchmarks: all, or those named. Prints a table for each and writes `bench/results/<name>.json`.
 * Ends with 1 when a figure misses its target.
 *
 *     node bench/run.ts [name…]
 */
import type { Benchmark } from './harness/benchmark.ts';
import { moveToLoadCore } from './harness/cores.ts';
import { describeMachine, wrkVersion } from './harness/machine.ts';
import { reached, table, writeResult } from './harness/report.ts';
import { Workshop } from './harness/workshop.ts';

const NAMES = [
  'read',
  'warm-up',
  'tenants',
  'ingest',
  'write',
  'crud',
  'transaction',
  'search',
  'workers',
  'start',
  'engines',
];

const names = process.argv.length > 2 ? process.argv.slice(2) : NAMES;
const unknown = names.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.`);
  process.exit(2);
}

moveToLoadCore();
if (wrkVersion() === undefined) {
  console.log('wrk is not installed: autocannon is the slower part here, and ratios come out too high.');
}
const workshop = await Workshop.open();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await workshop.close();
    process.exit(1);
  });
}
let missed = 0;
try {
  for (const name of names) {
    const { benchmark } = (await import(`./${name}.ts`)) as { benchmark: Benchmark };
    const setting = { machine: describeMachine(), dataset: workshop.dataset.description };
    console.log(`\n${benchmark.title}\n${setting.dataset}\n`);
    const figures = await benchmark.run(workshop);
    console.log(table(figures));
    writeResult(name, setting, figures);
    missed += figures.filter((figure) => reached(figure) === false).length;
  }
} finally {
  await workshop.close();
}
if (missed > 0) console.log(`\nTargets missed: ${missed}.`);
process.exitCode = missed > 0 ? 1 : 0;
