import type { HttpClient } from './http-client.ts';
import { percentile, seededRandom } from './statistics.ts';

/**
 * Reads documents at a fixed pace, whatever the server does, and measures each from the moment it was due: so a
 * server that stalls is not asked more gently.
 *
 * @param perSecond reads started per second
 * @returns p50 and p99 in milliseconds
 */
export async function readAtPace(
  client: HttpClient,
  paths: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<{ p50: number; p99: number }> {
  const random = seededRandom(3);
  const startedAt = performance.now();
  const times: Promise<number>[] = [];
  while (times.length < perSecond * seconds) {
    const due = startedAt + (times.length * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const path = paths[random(paths.length)]!;
    // A timer may fire late: what is late by itself is not the server's.
    const from = Math.max(due, performance.now() - 1);
    times.push(client.expect(path).then(() => performance.now() - from));
  }
  const measured = await Promise.all(times);
  return { p50: percentile(measured, 0.5), p99: percentile(measured, 0.99) };
}
