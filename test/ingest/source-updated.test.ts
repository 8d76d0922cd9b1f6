import { describe, expect, it } from 'vitest';
import { sourceUpdated } from '../../src/ingest/source-updated.ts';

function updated(lastUpdated: unknown): number | null {
  return sourceUpdated({ meta: { lastUpdated } });
}

describe('sourceUpdated', () => {
  it('reads microseconds and time zones', () => {
    const base = Date.parse('2020-01-01T00:00:00Z') * 1000;
    expect(updated('2020-01-01T00:00:00Z')).toBe(base);
    expect(updated('2020-01-01T01:00:00.5+01:00')).toBe(base + 500_000);
    expect(updated('2020-01-01T00:00:00.123456789Z')).toBe(base + 123_456);
    expect(updated('2020-01-01T00:00:00.1234567891234Z')).toBe(base + 123_456);
  });

  it.each([undefined, 7, '', '2020', '2020-01-01', '2020-13-01T00:00:00Z'])('gives null for %j', (value) => {
    expect(updated(value)).toBeNull();
    expect(sourceUpdated({})).toBeNull();
  });
});
