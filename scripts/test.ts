/**
 * `npm test`: the checks, then all tests (or those that the arguments select, as vitest takes them). The last line says
 * how many passed, failed and were skipped, each check counted as one; ends with 1 when any failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.ts';

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

// The layers are among the tests.
const checks = runChecks(['types', 'lint and format', 'unused code']);
let { passed, failed } = checks;
let skipped = 0;

const folder = mkdtempSync(join(tmpdir(), 'warmfhir-test-'));
const reportFile = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
if (existsSync(reportFile)) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport;
  passed += report.numPassedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  // A file that cannot even be loaded holds no test that could have failed.
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  failed += report.numFailedTests + unloadable.length;
}
// An error outside of any test, or vitest itself.
if (status !== 0 && failed === checks.failed) failed += 1;
rmSync(folder, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
