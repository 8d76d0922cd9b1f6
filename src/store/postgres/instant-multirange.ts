import { type InstantRange, intervalsOf } from '../../fhir/instant-range.ts';

/** The instants that satisfy all ranges as PostgreSQL writes an int8multirange, for example `{[5,9),[12,)}`. */
export function instantMultirange(ranges: readonly InstantRange[] = []): string {
  const parts = intervalsOf(ranges).map(([from, until]) => {
    const low = from === -Infinity ? '(' : `[${from}`;
    return `${low},${until === Infinity ? '' : until})`;
  });
  return `{${parts.join(',')}}`;
}
