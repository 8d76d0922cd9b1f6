/** How long to wait before a request is sent again. */
export interface BackOffOptions {
  /** Requests in all, the first included. */
  readonly attempts: number;
  /** Wait after the first failure, milliseconds; it doubles from there. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** 0 to 1: spreads clients that failed together. */
  readonly random: () => number;
}

/** Exponential, jittered over its upper half. `failures` counts from 1. */
export function backOffMs(failures: number, options: BackOffOptions): number {
  const full = Math.min(options.mostMs, options.firstMs * 2 ** (failures - 1));
  return Math.round(full / 2 + (full / 2) * options.random());
}

/**
 * Milliseconds that a `Retry-After` header asks for, given in seconds or as a date; undefined when there is none or it
 * cannot be read. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
