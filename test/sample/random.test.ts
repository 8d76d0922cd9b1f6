import { describe, expect, it } from 'vitest';
import { Random } from '../../src/sample/random.ts';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('the seeded random numbers', () => {
  it('are the same for the same seeds and others for other seeds', () => {
    expect(draw(new Random(7, 2, 3), 20)).toEqual(draw(new Random(7, 2, 3), 20));
    expect(draw(new Random(7, 2, 3), 20)).not.toEqual(draw(new Random(7, 3, 2), 20));
    expect(draw(new Random(7), 20)).not.toEqual(draw(new Random(8), 20));
  });

  it('are the sequence that they have always been', () => {
    const random = new Random(1);
    expect([random.integer(0, 999), random.integer(0, 999), random.integer(0, 999)]).toMatchInlineSnapshot(`
      [
        703,
        744,
        380,
      ]
    `);
  });

  it('stay within their bounds and reach them', () => {
    const random = new Random(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
  });

  it('spread normally around the mean', () => {
    const random = new Random(1);
    const values = Array.from({ length: 20_000 }, () => random.normal(100, 15));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(100, 0);
    expect(Math.sqrt(variance)).toBeCloseTo(15, 0);
  });
});
