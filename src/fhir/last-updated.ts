import { WarmfhirError } from '../errors.ts';
import type { InstantRange } from './instant-range.ts';
import { dateRange } from './search/date-range.ts';

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s;

/**
 * What a date search value means for an instant, which has no extent of its own: the value stands for the range that
 * its precision gives. A value without a time zone is read as UTC. `ap` widens the range by a tenth of the distance
 * to `now`. See https://hl7.org/fhir/R4/search.html#date
 *
 * @throws parameter-invalid
 */
export function parseInstantRange(value: string, now: number = Date.now()): InstantRange {
  const [, prefix, date] = PREFIXED.exec(value)!;
  const span = dateRange(date!);
  if (span === undefined) {
    throw new WarmfhirError(
      'parameter-invalid',
      `${JSON.stringify(value)} is not a date, with or without a prefix.`,
    );
  }
  const [from, until] = span;
  switch (prefix ?? 'eq') {
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
