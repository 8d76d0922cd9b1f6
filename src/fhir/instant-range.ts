/** A half-open interval of milliseconds: `from` ≤ t < `until`; an absent end is open. `negate` means: not in it. */
export interface InstantRange {
  readonly from?: number;
  readonly until?: number;
  readonly negate?: boolean;
}
