import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { EventLoopLag } from '../../src/api/event-loop-lag.ts';
import { ManualClock } from '../manual-clock.ts';

const clock = new ManualClock();
let lag: EventLoopLag | undefined;

afterEach(() => {
  lag?.close();
  expect(clock.pending).toBe(0);
});

/** Keeps the event loop busy, and lets its timers run before and after. */
async function block(milliseconds: number): Promise<void> {
  await pause(15);
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  await pause(15);
}

it('sees that the event loop was kept busy, also when a new window has begun', async () => {
  lag = new EventLoopLag(clock);
  await block(100);
  expect(lag.current.max).toBeGreaterThan(0.05);
  await clock.advance(5_000);
  expect(lag.current.max).toBeGreaterThan(0.05);
  expect(lag.current.p99).toBeGreaterThanOrEqual(lag.current.mean);
});

it('starts with nothing', () => {
  lag = new EventLoopLag(clock);
  expect(lag.current).toEqual({ mean: 0, p99: 0, max: 0 });
});
