import { expect, it } from 'vitest';
import { engineStatements } from './engine-statements.ts';
import { violations } from './statement-rules.ts';

const statements = await engineStatements(1);

it('has names that stand for one text each', () => {
  expect(statements.length).toBeGreaterThan(50);
  expect(new Set(statements.map(({ name }) => name)).size).toBe(statements.length);
});

it.each(statements.map(({ name, text }) => [name, text]))(
  'keeps %s on one worker of a cluster',
  async (_, text) => {
    expect(await violations(text)).toEqual([]);
  },
);
