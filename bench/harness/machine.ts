import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What the figures were taken on, without anything that names the machine. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  readonly loadGenerator: string;
  /** Runnable processes on average over the minute before: above 0.5, figures of this run are noisy. */
  readonly loadBefore: number;
}

/** The version line of wrk, or undefined where it is not installed. */
export function wrkVersion(): string | undefined {
  const { stdout, error } = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  return error === undefined ? /^wrk \S*?([\d.]+)/.exec(stdout)?.[1] : undefined;
}

export function describeMachine(): Machine {
  const wrk = wrkVersion();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split('-')[0]} ${arch()}`,
    node: process.version,
    loadGenerator: wrk === undefined ? 'autocannon' : `wrk ${wrk}`,
    loadBefore: platform() === 'linux' ? Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]) : 0,
  };
}
