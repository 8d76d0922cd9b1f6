/** A worker that lived longer did not die of its start, milliseconds. */
export const STEADY_MS = 2_000;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

/**
 * How long to wait before a worker is replaced, milliseconds: not at all for the first death, then twice as long each
 * time.
 *
 * @param quickDeaths how many times in a row it has died within `STEADY_MS` of its start
 */
export function restartDelayMs(quickDeaths: number): number {
  if (quickDeaths <= 1) return 0;
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (quickDeaths - 2));
}
