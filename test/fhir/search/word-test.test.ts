import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWords, type WordPlace } from '../../../src/fhir/search/text-words.ts';
import { WordTest } from '../../../src/fhir/search/word-test.ts';

const holds = (resource: object, words: readonly string[], place: WordPlace) =>
  new WordTest(words, place).holds(JSON.stringify(resource));

describe('words of a resource', () => {
  it.each<[string, object, string[], WordPlace, boolean]>([
    ['in any case', { note: 'Heart ATTACK' }, ['heart', 'attack'], 'content', true],
    ['not parts of them', { note: 'sweetheart' }, ['heart'], 'content', false],
    ['with punctuation inside', { note: "O'Neill-Smith" }, ['oneillsmith'], 'content', true],
    ['and each part of it', { note: "O'Neill-Smith" }, ['smith'], 'content', true],
    ['not across white space', { note: 'heart\nattack' }, ['heartattack'], 'content', false],
    ['with accents', { note: 'Über' }, ['uber'], 'content', true],
    ['of other scripts', { note: '心臓 発作' }, ['心臓'], 'content', true],
    ['not names of members', { heart: 'x' }, ['heart'], 'content', false],
    ['in the narrative', { text: { div: '<div>A <b>heart</b></div>' } }, ['heart'], 'text', true],
    ['not outside of it', { text: { div: '<div>x</div>' }, note: 'heart' }, ['heart'], 'text', false],
    ['nor without one', { note: 'heart' }, [], 'text', false],
    ['none, in any narrative', { text: { div: '<div>x</div>' } }, [], 'text', true],
  ])('are found %s', (_how, resource, words, place, expected) => {
    expect(holds(resource, words, place)).toBe(expected);
  });

  it('are found in texts that are written with escapes', () => {
    expect(new WordTest(['uber'], 'content').holds('{"note":"\\u00dcber"}')).toBe(true);
    expect(new WordTest(['heart'], 'content').holds('{"note":"h\\u0065art"}')).toBe(true);
  });

  it('are what all words of the resource say', () => {
    const text = fc.stringMatching(/^[ abé'.\-<>\n"\\]{0,8}$/);
    const resource = fc.record({ text: fc.record({ div: text }), note: fc.array(text) });
    const words = fc.array(fc.stringMatching(/^[abe]{1,3}$/), { maxLength: 2 });
    fc.assert(
      fc.property(resource, words, fc.constantFrom<WordPlace>('text', 'content'), (of, asked, place) => {
        const json = JSON.stringify(of);
        const all = textWords(json, place);
        const expected = all !== undefined && asked.every((word) => all.has(word));
        expect(new WordTest(asked, place).holds(json)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });
});
