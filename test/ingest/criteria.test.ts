import { describe, expect, it } from 'vitest';
import { identifierTokens, parseCriteria } from '../../src/ingest/criteria.ts';

const resource = {
  identifier: [
    { system: 'http://s', value: 'v|1' },
    { value: 'bare' },
    { system: 'http://t', value: 'w' },
    null,
  ],
};

function matches(text: string): boolean | undefined {
  const criteria = parseCriteria(text);
  return criteria?.kind === 'identifier' ? identifierTokens(resource).has(criteria.token) : undefined;
}

describe('criteria', () => {
  it.each([
    ['identifier=http://t|w', true],
    ['identifier=http%3A%2F%2Ft%7Cw', true],
    ['identifier=w', true],
    ['identifier=http://t|', true],
    ['identifier=|bare', true],
    ['identifier=http://s|v\\|1', true],
    ['identifier=|w', false],
    ['identifier=http://t|bare', false],
    ['identifier=http://t|W', false],
  ])('%s matches: %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it('reads _id', () => {
    expect(parseCriteria('_id=p1')).toEqual({ kind: 'id', id: 'p1' });
  });

  it.each([
    'name=x',
    'identifier=a,b',
    'identifier=a&name=b',
    'identifier:of-type=a',
    'identifier=',
    'identifier=|',
    '',
  ])('does not support %j', (text) => {
    expect(parseCriteria(text)).toBeUndefined();
  });

  it('takes an identifier that is no list', () => {
    expect([...identifierTokens({ identifier: { system: 's', value: 'v' } })]).toHaveLength(3);
    expect([...identifierTokens({})]).toEqual([]);
  });
});
