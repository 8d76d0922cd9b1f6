import { expect, test } from 'vitest';
import { crashIngest } from '../../scripts/crash/ingest-rounds.ts';
import { crashServe } from '../../scripts/crash/serve-rounds.ts';
import { Random } from '../../src/sample/random.ts';
import { runCli } from '../command/run-cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// The short form of scripts/crash-test.ts.
const KILLS = 6;

test('an ingest that is killed again and again ends like one that is not', { timeout: 180_000 }, async () => {
  using folder = temporaryFolder();
  await runCli(['sample', '--patients', '20', '--out', folder.at('sample')]);
  const report = await crashIngest(folder.at('sample'), KILLS, new Random(1));
  expect(report).toMatchObject({ kills: KILLS, violations: [] });
});

test('a server that is killed again and again loses nothing that it acknowledged', {
  timeout: 180_000,
}, async () => {
  using folder = temporaryFolder();
  await runCli(['sample', '--patients', '2', '--out', folder.at('sample')]);
  const report = await crashServe(folder.at('sample'), KILLS, new Random(2));
  expect(report).toMatchObject({ kills: KILLS, violations: [] });
  expect(Number(/^\d+/.exec(report.verified)?.[0])).toBeGreaterThan(10);
});
