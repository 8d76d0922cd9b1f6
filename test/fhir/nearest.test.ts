import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/fhir/nearest.ts';

const names = [
  '_id',
  'family',
  'given',
  'gender',
  'address-city',
  'address-country',
  'address-state',
  'name',
];

describe('nearest', () => {
  it.each([
    ['famly', ['family']],
    ['Family', ['family']],
    ['_ID', ['_id']],
    ['fam', ['family']],
    ['address-c', ['address-city', 'address-country']],
    ['gi', []],
    ['name', []],
    ['zzz', []],
  ])('of %s', (name, expected) => {
    expect(nearest(name, names)).toEqual(expected);
  });

  it('of a name that is too long to be meant for one of them', () => {
    expect(nearest('family'.repeat(11), ['family'.repeat(10)])).toEqual([]);
  });

  it('shows three at most', () => {
    expect(nearest('addres', [...names, 'address', 'address-use'])).toHaveLength(3);
  });
});
