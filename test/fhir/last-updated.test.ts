import { describe, expect, test } from 'vitest';
import { parseInstantRange } from '../../src/fhir/last-updated.ts';

const at = (text: string) => Date.parse(text);

describe('a value stands for the range of its precision', () => {
  test.each([
    ['2024', '2024-01-01T00:00Z', '2025-01-01T00:00Z'],
    ['2024-02', '2024-02-01T00:00Z', '2024-03-01T00:00Z'],
    ['2024-12', '2024-12-01T00:00Z', '2025-01-01T00:00Z'],
    ['2024-02-29', '2024-02-29T00:00Z', '2024-03-01T00:00Z'],
    ['2024-02-29T10:30', '2024-02-29T10:30Z', '2024-02-29T10:31Z'],
    ['2024-02-29T10:30Z', '2024-02-29T10:30Z', '2024-02-29T10:31Z'],
    ['2024-02-29T10:30:15+02:00', '2024-02-29T08:30:15Z', '2024-02-29T08:30:16Z'],
    ['2024-02-29T10:30:15.1-05:30', '2024-02-29T16:00:15.100Z', '2024-02-29T16:00:15.200Z'],
    ['2024-02-29T10:30:15.123Z', '2024-02-29T10:30:15.123Z', '2024-02-29T10:30:15.124Z'],
    ['2024-02-29T10:30:15.123456Z', '2024-02-29T10:30:15.123Z', '2024-02-29T10:30:15.124Z'],
    ['2024-02-29T10:30:15.9999999999Z', '2024-02-29T10:30:15.999Z', '2024-02-29T10:30:16Z'],
  ])('%s', (value, from, until) => {
    expect(parseInstantRange(value)).toEqual({ from: at(from), until: at(until) });
    expect(parseInstantRange(`eq${value}`)).toEqual({ from: at(from), until: at(until) });
  });
});

test.each([
  ['ne', { from: at('2024-03-01'), until: at('2024-03-02'), negate: true }],
  ['gt', { from: at('2024-03-02') }],
  ['sa', { from: at('2024-03-02') }],
  ['lt', { until: at('2024-03-01') }],
  ['eb', { until: at('2024-03-01') }],
  ['ge', { from: at('2024-03-01') }],
  ['le', { until: at('2024-03-02') }],
])('prefix %s', (prefix, range) => {
  expect(parseInstantRange(`${prefix}2024-03-01`)).toEqual(range);
});

test('ap widens by a tenth of the distance to now', () => {
  const now = at('2024-03-11');
  const day = 86_400_000;
  expect(parseInstantRange('ap2024-03-01', now)).toEqual({
    from: at('2024-03-01') - day,
    until: at('2024-03-02') + day,
  });
});

test.each([
  '',
  'x',
  '24-01-01',
  '2024-13',
  '2023-02-29',
  '2024-01-01T25:00',
  '2024-01-01T10',
  '2024-1-1',
  'zz2024',
  '2024-01-01T10:00+15:00',
])('refuses %j', (value) => {
  expect(() => parseInstantRange(value)).toThrow(/not a date/);
});
