// Makes a fresh clone ready to run: dependencies as the lock file has them, and what is generated from them.
// No dependencies, Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, NO_NODE } from '../bin/launch.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(join(ROOT, lockFile), 'utf8')).packages;
}

/** True when node_modules holds what package-lock.json names; npm keeps its own list of what it installed. */
function isInstalled() {
  if (!existsSync(join(ROOT, 'node_modules/.package-lock.json'))) return false;
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], ...options });
  if (status === 0) return;
  process.stderr.write(
    `warmfhir: "${basename(command)} ${args.join(' ')}" failed${error ? `: ${error.message}` : ''}\n`,
  );
  process.exit(1);
}

function install() {
  process.stderr.write('warmfhir: installing the locked dependencies (once)\n');
  // Scripts of dependencies never run: nothing here needs one. The log level hides that Node 20 is too old for some.
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath ?? '';
  if (basename(npm) === 'npm-cli.js') run(process.execPath, [npm, ...args]);
  else run('npm', args, { shell: process.platform === 'win32' });
}

/** What is distilled from R4's definitions, with the sources that make it. */
const DISTILLED = {
  'build/r4-structure.json': [
    'src/fhir/structure/distil-definitions.ts',
    'src/fhir/structure/published-elements.ts',
  ],
  'build/r4-search.json': ['src/fhir/search/distil-search.ts', 'src/fhir/search/expression-text.ts'],
  'build/r4-terminology.json': ['src/fhir/terminology/distil-terminology.ts'],
};

/** Distils R4's definitions, where the outcome is missing or older than what makes it. */
function distil(node) {
  const old = Object.entries(DISTILLED).filter(([target, makers]) => {
    const made = statSync(join(ROOT, target), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return [...makers, 'package-lock.json'].some((path) => statSync(join(ROOT, path)).mtimeMs >= made);
  });
  if (old.length === 0) return;
  for (const [target] of old) rmSync(join(ROOT, target), { force: true });
  run(node, ['scripts/distil-definitions.ts']);
}

/**
 * Installs and generates what is missing, nothing when all is there, and returns the path of a Node that can run the
 * sources. Ends the process, saying why in one line, where that cannot be done.
 */
export function prepare() {
  if (!isInstalled()) install();
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(`${NO_NODE}\n`);
    process.exit(1);
  }
  distil(node);
  return node;
}
