/** A half-open interval of milliseconds: `from` ≤ t < `until`; an absent end is open. `negate` means: not in it. */
export interface InstantRange {
  readonly from?: number;
  readonly until?: number;
  readonly negate?: boolean;
}

/** Whether an instant (milliseconds) satisfies all ranges. */
export function inRanges(instant: number, ranges: readonly InstantRange[] = []): boolean {
  return ranges.every((range) => {
    const within = instant >= (range.from ?? -Infinity) && instant < (range.until ?? Infinity);
    return within !== (range.negate ?? false);
  });
}

/**
 * The instants that satisfy all ranges, as disjoint half-open intervals in ascending order; infinite ends where a side is
 * open.
 */
export function intervalsOf(
  ranges: readonly InstantRange[],
): readonly (readonly [from: number, until: number])[] {
  let intervals: (readonly [number, number])[] = [[-Infinity, Infinity]];
  for (const { from = -Infinity, until = Infinity, negate } of ranges) {
    const allowed: readonly (readonly [number, number])[] = negate
      ? [
          [-Infinity, from],
          [until, Infinity],
        ]
      : [[from, until]];
    intervals = intervals.flatMap(([a, b]) =>
      allowed
        .map(([low, high]) => [Math.max(a, low), Math.min(b, high)] as const)
        .filter(([low, high]) => low < high),
    );
  }
  return intervals;
}
