import { spawnSync } from 'node:child_process';
import { cpus, platform } from 'node:os';

/** Which cores a process may use: one for the server, or two where there are four; one for the load generator. */
export type Placement = 'server' | 'two-cores' | 'load' | 'anywhere';

/** Whether there are cores for a server on two and a load generator on two others. */
export const fourCores = cpus().length >= 4;

/** True where server and load generator each get a core of their own. */
export const pinned =
  platform() === 'linux' &&
  cpus().length >= 2 &&
  spawnSync('taskset', ['-V'], { stdio: 'ignore' }).error === undefined;

const CORES: Record<Placement, string> = {
  server: '0',
  'two-cores': '2-3',
  load: '1',
  anywhere: `0-${cpus().length - 1}`,
};

/** A command line that runs `command` on the cores of its placement. */
export function placed(placement: Placement, command: readonly string[]): readonly string[] {
  return pinned ? ['taskset', '-c', CORES[placement], ...command] : command;
}

/** Moves this process, all threads of it, to the load generator's core: it measures and must not disturb the server. */
export function moveToLoadCore(): void {
  if (pinned) spawnSync('taskset', ['-a', '-c', '-p', CORES.load, String(process.pid)], { stdio: 'ignore' });
}

/** Lets a process, and what it starts from now on, use all cores: a database of which nobody says where it runs. */
export function moveAnywhere(pid: number): void {
  if (pinned) spawnSync('taskset', ['-a', '-c', '-p', CORES.anywhere, String(pid)], { stdio: 'ignore' });
}
