// Runs a script under a Node that can run it. No dependencies: it works before anything is installed, on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The oldest major version of Node that the sources run on. */
const NEEDED_NODE = 24;

const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function isRecent(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0) >= NEEDED_NODE;
}

/** The Node that npm installed for this platform as an optional dependency, or undefined. */
function installedNode() {
  for (const name of Object.keys(manifest.optionalDependencies ?? {})) {
    if (!name.startsWith('node-')) continue;
    try {
      const file = require.resolve(`${name}/package.json`);
      return join(dirname(file), JSON.parse(readFileSync(file, 'utf8')).bin.node);
    } catch {
      // Made for another platform, or left out by npm's settings.
    }
  }
  return undefined;
}

/**
 * Path of a Node >= 24: the one of this process, else the installed package, else the one on PATH.
 * Undefined when there is none.
 */
export function findNode() {
  if (isRecent(process.version)) return process.execPath;
  for (const candidate of [installedNode(), 'node']) {
    if (candidate === undefined) continue;
    const asked = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (asked.status === 0 && isRecent(asked.stdout)) return candidate;
  }
  return undefined;
}

/** What to tell someone for whom `findNode` found nothing. */
export const NO_NODE =
  `warmfhir runs on Node ${NEEDED_NODE} or newer and this is ${process.version}: run "npm ci --include=optional" ` +
  `(it installs one inside node_modules), or put a newer Node on PATH.`;

/**
 * npm runs commands through a shell and ends without telling them: calls `end` when the shell that npm started this
 * process in is gone. Does nothing for a process that npm did not start.
 */
export function whenNpmEnds(end) {
  if (process.env.npm_command === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    end();
  }, 200);
  timer.unref();
}

/**
 * A server's young generation is bounded when its Node starts; `src/command/bound-young-generation.ts` says why. Flags count
 * before NODE_OPTIONS, so where a bound is chosen there none is given.
 */
function serverFlags() {
  return /max[-_]semi[-_]space/.test(process.env.NODE_OPTIONS ?? '') ? [] : ['--max-semi-space-size=16'];
}

/**
 * Runs a script under the given Node with this process's terminal and arguments, passes signals on, and ends this
 * process the way the script ended. Should this process be killed outright, the script ends as well.
 */
export function launch(node, script, args) {
  const follow = ['--import', new URL('./follow-launcher.mjs', import.meta.url).href];
  const flags = args[0] === 'serve' ? serverFlags() : [];
  const child = spawn(node, [...flags, ...follow, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to the whole group: passing it on as well would count twice.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  whenNpmEnds(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`warmfhir: ${node} does not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}
