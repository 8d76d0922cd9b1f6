import { expect, it } from 'vitest';
import { PlanMemory } from '../../../src/store/search/plan-memory.ts';

it('knows long keys apart by their last character, and drops the oldest first', () => {
  const memory = new PlanMemory<number>(300);
  const key = (end: string) => `count Patient ${'x'.repeat(100_000)}${end}`;
  expect([
    memory.get(key('a'), () => 1),
    memory.get(key('b'), () => 2),
    memory.get(key('a'), () => 3),
  ]).toEqual([1, 2, 1]);
  memory.get('short', () => 4);
  expect([memory.peek(key('a')), memory.peek(key('b')), memory.peek('short')]).toEqual([undefined, 2, 4]);
});

it('counts what long values take', () => {
  const memory = new PlanMemory<readonly string[]>(10_000);
  for (let index = 0; index < 100; index += 1) memory.get(`short ${index}`, () => []);
  const kept = () => Array.from({ length: 100 }, (_, index) => memory.peek(`short ${index}`)).filter(Boolean);
  expect(kept().length).toBeGreaterThan(50);
  memory.get('long', () => Array.from({ length: 400 }, (_, index) => `id-${index}`));
  expect(memory.peek('long')).toHaveLength(400);
  expect(kept().length).toBeLessThan(40);
});

it('does not keep the text of long keys', () => {
  const memory = new PlanMemory<number>(1_000_000);
  const before = process.memoryUsage().heapUsed;
  // A flat text each, as JSON.stringify makes them: 200 MB together.
  for (let index = 0; index < 1_000; index += 1) {
    memory.get(Buffer.alloc(200_000, `${index} `).toString('latin1'), () => index);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000);
});

it('keeps the answers of its parts apart, within one bound', () => {
  const memory = new PlanMemory<unknown>(1_000);
  const [before, after] = [memory.part(), memory.part()];
  before.get('count Patient', () => 1);
  expect([after.get('count Patient', () => 2), before.get('count Patient', () => 3)]).toEqual([2, 1]);
  after.get('plan', () => 'long', 900);
  expect(before.get('count Patient', () => 4)).toBe(4);
});
