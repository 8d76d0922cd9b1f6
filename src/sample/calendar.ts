/** Milliseconds since the epoch; every date of a sample hangs on SAMPLE_END, none on today. */
export type Moment = number;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const YEAR = 365.25 * DAY;

/** The last day on which something happens in a sample. */
export const SAMPLE_END: Moment = Date.UTC(2025, 11, 31);

/** R4 `date`, for example 2025-12-31. */
export function dateOf(moment: Moment): string {
  return new Date(moment).toISOString().slice(0, 10);
}

/** R4 `dateTime` to the second in UTC, for example 2025-12-31T09:30:00Z. */
export function dateTimeOf(moment: Moment): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

/** The same day at the given time in UTC. */
export function atTime(moment: Moment, hour: number, minute: number): Moment {
  return Math.floor(moment / DAY) * DAY + hour * HOUR + minute * MINUTE;
}
