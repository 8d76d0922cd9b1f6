import { expect, it } from 'vitest';
import { restartDelayMs } from '../../src/supervisor/restart-delay.ts';

it('replaces a worker at once the first time, and waits longer each time that it dies at its start', () => {
  expect([0, 1, 2, 3, 4, 5].map(restartDelayMs)).toEqual([0, 0, 250, 500, 1_000, 2_000]);
  expect([9, 20, 10_000].map(restartDelayMs)).toEqual([15_000, 15_000, 15_000]);
});
