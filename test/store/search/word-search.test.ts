import { expect, test } from 'vitest';
import type { Criterion } from '../../../src/fhir/search/criterion.ts';
import { asksForWords } from '../../../src/store/search/word-search.ts';
import { searchOf } from '../../conformance/engine.ts';

const WORDS: Criterion = { kind: 'words', in: 'content', words: ['heart'] };

test('words are seen wherever they are asked for', () => {
  const within = (criterion: Criterion) => asksForWords(searchOf('Patient', { criterion }));
  expect(within(WORDS)).toBe(true);
  expect(within({ kind: 'all', of: [{ kind: 'reviewed', reviewed: true }] })).toBe(false);
  expect(within({ kind: 'any', of: [{ kind: 'not', of: WORDS }] })).toBe(true);
  expect(within({ kind: 'has', type: 'Observation', parameter: 1, of: WORDS })).toBe(true);
  expect(within({ kind: 'chain', type: 'Observation', parameter: 1, of: WORDS })).toBe(true);
});
