/**
 * Aborts at the first SIGINT or SIGTERM, so that the command ends in order; a second one ends the process at once.
 *
 * @param exitCode of the process that does not wait
 */
export function untilSignal(exitCode: number): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(exitCode);
      stop.abort();
    });
  }
  return stop.signal;
}
