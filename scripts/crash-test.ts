/**
 * Kills `ingest` and `serve` with SIGKILL at random moments under load, and checks that nothing acknowledged is lost and
 * no half-made generation is ever seen.
 *
 *     node scripts/bootstrap.mjs scripts/crash-test.ts [--rounds 200] [--mode ingest|serve|both] [--workers 1] [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../src/sample/random.ts';
import { crashIngest } from './crash/ingest-rounds.ts';
import { Killable } from './crash/killable.ts';
import { crashServe } from './crash/serve-rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    mode: { type: 'string', default: 'both' },
    workers: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    patients: { type: 'string', default: '100' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'warmfhir-crash-source-'));
try {
  await new Killable('sample', '--patients', values.patients, '--out', folder).ended;
  for (const [mode, crash] of [
    ['ingest', crashIngest],
    ['serve', crashServe],
  ] as const) {
    if (values.mode !== 'both' && values.mode !== mode) continue;
    const random = new Random(Number(values.seed));
    const report = await crash(folder, Number(values.rounds), random, Number(values.workers));
    for (const violation of report.violations) console.error(`${mode}: ${violation}`);
    console.log(
      `${mode}: killed ${report.kills} times, ${report.verified}, ${report.violations.length} violations`,
    );
    if (report.violations.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
