import { dateRange, EARLIEST, LATEST } from './date-range.ts';
import { items, members, text, type ValueIndexer } from './gathered-rows.ts';

/** The indexers of date parameters by the type of their values. */
export function dateIndexer(type: string): ValueIndexer | undefined {
  switch (type) {
    case 'date':
    case 'dateTime':
      return (value, parameter, rows) => {
        const range = rangeOf(value);
        if (range !== undefined) rows.date.add([parameter, range[0], range[1]]);
      };
    case 'instant':
      return (value, parameter, rows) => {
        const range = rangeOf(value);
        // A point in time, whatever the number of its digits.
        if (range !== undefined) rows.date.add([parameter, range[0], range[0] + 1]);
      };
    case 'Period':
      return (value, parameter, rows) => {
        const range = periodRange(value);
        if (range !== undefined) rows.date.add([parameter, range[0], range[1]]);
      };
    case 'Timing':
      return (value, parameter, rows) => {
        const { event, repeat } = members(value);
        const ranges = [...items(event).map(rangeOf), periodRange(members(repeat).boundsPeriod)].filter(
          (range) => range !== undefined,
        );
        if (ranges.length === 0) return;
        const from = ranges.reduce((least, range) => Math.min(least, range[0]), LATEST);
        const until = ranges.reduce((most, range) => Math.max(most, range[1]), EARLIEST);
        rows.date.add([parameter, from, until]);
      };
    default:
      return undefined;
  }
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
  const known = text(value);
  return known === undefined ? undefined : dateRange(known);
}

/** An end that is missing is open. Undefined where both are, or where one cannot be read. */
function periodRange(value: unknown): readonly [number, number] | undefined {
  const { start, end } = members(value);
  const first = rangeOf(start);
  const last = rangeOf(end);
  if (first === undefined && last === undefined) return undefined;
  if ((text(start) !== undefined && first === undefined) || (text(end) !== undefined && last === undefined))
    return undefined;
  const from = first?.[0] ?? EARLIEST;
  const until = last?.[1] ?? LATEST;
  return from < until ? [from, until] : undefined;
}
