import { WarmfhirError } from '../errors.ts';
import type { InstantRange } from './instant-range.ts';

const DATE_SEARCH =
  /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

const MINUTE = 60_000;

/**
 * What a date search value means for an instant, which has no extent of its own: the value stands for the range that
 * its precision gives. A value without a time zone is read as UTC. `ap` widens the range by a tenth of the distance
 * to `now`. See https://hl7.org/fhir/R4/search.html#date
 *
 * @throws parameter-invalid
 */
export function parseInstantRange(value: string, now: number = Date.now()): InstantRange {
  const match = DATE_SEARCH.exec(value);
  const span = match === null ? undefined : spanOf(match);
  if (match === null || span === undefined) {
    throw new WarmfhirError(
      'parameter-invalid',
      `${JSON.stringify(value)} is not a date, with or without a prefix.`,
    );
  }
  const [from, until] = span;
  switch (match[1] ?? 'eq') {
    case 'ne':
      return { from, until, negate: true };
    case 'gt':
    case 'sa':
      return { from: until };
    case 'lt':
    case 'eb':
      return { until: from };
    case 'ge':
      return { from };
    case 'le':
      return { until };
    case 'ap': {
      const slack = Math.abs(now - from) / 10;
      return { from: from - slack, until: until + slack };
    }
    default:
      return { from, until };
  }
}

/** First millisecond, and the first one behind it. Undefined for a date that the calendar does not have. */
function spanOf(match: RegExpExecArray): [number, number] | undefined {
  const [, , year, month, day, hour, minute, second, fraction, zone] = match;
  const fields = [Number(year), Number(month ?? 1), Number(day ?? 1)] as const;
  const from = new Date(0);
  from.setUTCFullYear(fields[0], fields[1] - 1, fields[2]);
  if (from.getUTCMonth() !== fields[1] - 1 || from.getUTCDate() !== fields[2]) return undefined;
  const until = new Date(from);
  if (hour === undefined) {
    if (day !== undefined) until.setUTCDate(until.getUTCDate() + 1);
    else if (month !== undefined) until.setUTCMonth(until.getUTCMonth() + 1);
    else until.setUTCFullYear(until.getUTCFullYear() + 1);
    return [from.getTime(), until.getTime()];
  }
  const offset = zoneOffset(zone ?? 'Z');
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59 || offset === undefined)
    return undefined;
  const start = from.getTime() + Number(hour) * 60 * MINUTE + Number(minute) * MINUTE - offset;
  if (second === undefined) return [start, start + MINUTE];
  const inSecond = start + Number(second) * 1000;
  if (fraction === undefined) return [inSecond, inSecond + 1000];
  // Stored instants have milliseconds; a finer value lies within one of them.
  const digits = Math.min(fraction.length - 1, 3);
  const exact = inSecond + Number(fraction.slice(1, 4).padEnd(3, '0'));
  return [exact, exact + 10 ** (3 - digits)];
}

function zoneOffset(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
