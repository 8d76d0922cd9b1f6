/** Megabytes of each half of the space that new objects are made in; `bin/launch.mjs` gives the same. */
const BOUND = '--max-semi-space-size=16';

/**
 * Gives this process, and what it forks, a bounded young generation. Under load Node doubles it up to 128 MB and does not
 * give that back: far more than a server holds of its tenants. It can only be bounded when Node starts, so where it is not
 * yet, the process starts again in its own place, with the same number and streams. A bound that was chosen stays.
 *
 * Does nothing on Windows, nor for a process that has a channel to the one that started it, since that would break.
 */
export function boundYoungGeneration(): void {
  const { execPath, execArgv, env, argv } = process;
  const isBounded = [...execArgv, env.NODE_OPTIONS ?? ''].some((flags) => /max[-_]semi[-_]space/.test(flags));
  if (isBounded || process.connected || process.platform === 'win32') return;
  process.execve?.(execPath, [execPath, ...execArgv, BOUND, ...argv.slice(1)]);
}
