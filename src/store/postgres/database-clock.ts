/** Clocks that differ by less are taken for one: a measurement includes the way to the database and back. */
const DEAD_BAND_MS = 250;

/** A measurement that took longer says too little. */
const LONGEST_MS = 2_000;

/**
 * What the database's clock shows while this process's shows something else. Warmth is counted by the database's, so that
 * nodes agree on it whatever their own clocks show; on one machine the two are the same to the millisecond.
 */
export class DatabaseClock {
  #aheadMs = 0;

  /**
   * Takes a measurement in, all in milliseconds since the epoch.
   * @param before own time when the database was asked
   * @param after own time when the answer was there
   */
  observe(database: number, before: number, after: number): void {
    if (after - before > LONGEST_MS) return;
    const ahead = database - Math.round((before + after) / 2);
    if (Math.abs(ahead - this.#aheadMs) > DEAD_BAND_MS) this.#aheadMs = ahead;
  }

  /** What the database's clock shows when this process's shows `own`. */
  toDatabase(own: number): number {
    return own + this.#aheadMs;
  }

  fromDatabase(time: number): number {
    return time - this.#aheadMs;
  }
}
