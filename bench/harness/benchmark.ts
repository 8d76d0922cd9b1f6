import type { Figure } from './report.ts';
import type { Workshop } from './workshop.ts';

/** One benchmark: a file `bench/<name>.ts` exports one as `benchmark`. */
export interface Benchmark {
  readonly title: string;
  run(workshop: Workshop): Promise<readonly Figure[]>;
}

/** Seconds of one round against one server. */
export const ROUND_SECONDS = 4;

/**
 * Takes figures of subject and baseline in alternation, ABAB…, so that what else the machine does meets both alike.
 * The first call of each is a warm-up and is thrown away.
 */
export async function alternate<Result>(
  rounds: number,
  subject: (round: number) => Promise<Result>,
  baseline: (round: number) => Promise<Result>,
): Promise<{ subject: readonly Result[]; baseline: readonly Result[] }> {
  const results: { subject: Result[]; baseline: Result[] } = { subject: [], baseline: [] };
  for (let round = 0; round <= rounds; round++) {
    const measured = await subject(round);
    const compared = await baseline(round);
    if (round === 0) continue;
    results.subject.push(measured);
    results.baseline.push(compared);
  }
  return results;
}
