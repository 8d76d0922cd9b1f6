/** The earliest and the latest instant there is, for ranges with an open end. Milliseconds since the epoch. */
export const EARLIEST = -8.64e15;
export const LATEST = 8.64e15;

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/**
 * The instants that a date stands for by its precision, from a year down to a millisecond: first one, and the first one
 * behind it, in milliseconds since the epoch. Without a time zone it is read as UTC. Undefined for a text that is no
 * date, or one that the calendar does not have. See https://hl7.org/fhir/R4/search.html#date
 */
export function dateRange(text: string): readonly [from: number, until: number] | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const y = Number(year);
  const m = month === undefined ? 1 : Number(month);
  const d = day === undefined ? 1 : Number(day);
  const from = midnight(y, m, d);
  if (from === undefined) return undefined;
  if (month === undefined) return [from, midnight(y + 1, 1, 1)!];
  if (day === undefined) return [from, m === 12 ? midnight(y + 1, 1, 1)! : midnight(y, m + 1, 1)!];
  if (hour === undefined) return [from, from + DAY];
  const offset = zone === undefined || zone === 'Z' ? 0 : zoneOffset(zone);
  const h = Number(hour);
  const min = Number(minute);
  if (h > 23 || min > 59 || offset === undefined) return undefined;
  const start = from + (h * 60 + min) * MINUTE - offset;
  if (second === undefined) return [start, start + MINUTE];
  const s = Number(second);
  // R4 allows for a leap second.
  if (s > 60) return undefined;
  const inSecond = start + s * 1000;
  if (fraction === undefined) return [inSecond, inSecond + 1000];
  // Kept instants have milliseconds; a finer value lies within one of them.
  const digits = Math.min(fraction.length, 3);
  const exact = inSecond + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return [exact, exact + 10 ** (3 - digits)];
}

/** Undefined for a day that the calendar does not have. */
function midnight(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  if (year >= 100) {
    if (day <= 28) return Date.UTC(year, month - 1, day);
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 ? date.getTime() : undefined;
}

function zoneOffset(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
