import { spawnSync } from 'node:child_process';

const CHECKS: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  [
    'lint and format',
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--diagnostic-level=warn',
    '--error-on-warnings',
  ],
  ['layers', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', 'test/architecture.test.ts'],
  ['unused code', 'node_modules/knip/bin/knip.js'],
];

/** Runs the checks in turn, also after one failed, and says how each went. */
export function runChecks(names: readonly string[] = CHECKS.map(([name]) => name)): {
  readonly passed: number;
  readonly failed: number;
} {
  let failed = 0;
  for (const [name, ...command] of CHECKS) {
    if (!names.includes(name)) continue;
    const started = performance.now();
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
    if (status !== 0) failed += 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`check ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  }
  return { passed: names.length - failed, failed };
}
