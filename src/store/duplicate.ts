/** What decides between two documents of the same type and id that a source brought. */
export interface Contender {
  readonly rid: number;
  /** The source's own `meta.lastUpdated`, or null. */
  readonly sourceUpdated: number | null;
}

/** The later source time wins, or, where that does not decide, the later place in the source. */
export function supersedes(candidate: Contender, existing: Contender): boolean {
  const { sourceUpdated: later } = candidate;
  const { sourceUpdated: earlier } = existing;
  if (later !== null && earlier !== null && later !== earlier) return later > earlier;
  return candidate.rid > existing.rid;
}
