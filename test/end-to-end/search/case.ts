/**
 * One request below the base URL and what it comes to:
 * - a text: ids of the matches in any order, those of included resources with a plus sign;
 * - a list: ids of the matches in this order;
 * - a number: the total, of a Bundle without entries;
 * - a refusal.
 *
 * `{base}` in a request stands for the base URL of the server.
 */
export type Case = readonly [request: string, expected: string | readonly string[] | number | Refusal];

export interface Refusal {
  readonly status: number;
  /** In the diagnostics of the OperationOutcome. */
  readonly says: RegExp;
}

/** Cases on one section of R4. */
export interface Section {
  readonly title: string;
  readonly link: string;
  readonly cases: readonly Case[];
}

export function refused(says: RegExp, status = 400): Refusal {
  return { status, says };
}
