import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BundleSplitter } from '../../src/source/bundle-splitter.ts';
import { chunked } from './chunked.ts';

function split(text: string | Uint8Array, sizes: readonly number[] = [], maxEntryBytes = 1000) {
  const splitter = new BundleSplitter({ maxEntryBytes, members: ['resourceType', 'type', 'link'] });
  const entries: { text: string | null; number: number; offset: number }[] = [];
  for (const chunk of chunked(Buffer.from(text), sizes)) {
    for (const { bytes, number, offset } of splitter.push(chunk)) {
      entries.push({ text: bytes === null ? null : Buffer.from(bytes).toString(), number, offset });
    }
  }
  splitter.end();
  const members = [...splitter.members].map(([key, value]) => [key, Buffer.from(value).toString()]);
  return { entries, members: Object.fromEntries(members), problem: splitter.problem };
}

describe('BundleSplitter', () => {
  it('finds entries byte for byte, with their offsets, before and behind type', () => {
    const text =
      '\ufeff{ "entry" : [ {"a":[1.00,"]}"]} , {"b":"\\"}"} ], "type":"batch","resourceType":"Bundle"}\n';
    const { entries, members, problem } = split(text);
    expect(problem).toBeUndefined();
    expect(entries.map((entry) => entry.text)).toEqual(['{"a":[1.00,"]}"]}', '{"b":"\\"}"}']);
    for (const { text: entry, offset } of entries) {
      expect(
        Buffer.from(text)
          .subarray(offset, offset + entry!.length)
          .toString(),
      ).toBe(entry);
    }
    expect(members).toEqual({ type: '"batch"', resourceType: '"Bundle"' });
  });

  it('takes top-level entries alone', () => {
    const nested = '{"resource":{"resourceType":"Bundle","entry":[{"x":1},{"x":2}]}}';
    const { entries } = split(`{"contained":[{"entry":[{"y":1}]}],"entry":[${nested}]}`);
    expect(entries.map(({ text }) => text)).toEqual([nested]);
  });

  it('passes over an entry that is too large and goes on behind it', () => {
    const { entries } = split(`{"entry":[{"a":"${'x'.repeat(500)}"},{"b":1}]}`, [7], 50);
    expect(entries.map(({ text, number }) => [text, number])).toEqual([
      [null, 1],
      ['{"b":1}', 2],
    ]);
  });

  it.each([
    ['', 'The file is empty.', 0],
    ['[{}]', 'The text is not a JSON object.', 0],
    ['hello', 'The text is not a JSON object.', 0],
    ['{"entry":[{"a":1},{"b', 'The JSON text ends too early.', 21],
    ['{"entry":[{"a":1},]}', 'The JSON text is malformed at byte 18.', 18],
    ['{"entry":[{"a":1} {"b":1}]}', 'The JSON text is malformed at byte 18.', 18],
    ['{"type" "batch"}', 'The JSON text is malformed at byte 8.', 8],
    ['{"entry":{}}', 'The entry of the Bundle is not an array.', 9],
    ['{"type":"batch"} {}', 'There is more text behind the JSON object.', 17],
  ])('says what is wrong with %j', (text, reason, offset) => {
    expect(split(text).problem).toEqual({ reason, offset });
  });

  it('finds the same however the text is chunked', () => {
    const bundle = fc.record({
      resourceType: fc.constant('Bundle'),
      link: fc.jsonValue(),
      entry: fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 6 }),
      type: fc.string(),
    });
    const text = fc.tuple(bundle, fc.constantFrom(0, 2), fc.nat()).map(([value, space, cut]) => {
      const json = Buffer.from(JSON.stringify(value, undefined, space));
      return cut % 3 === 0 ? json.subarray(0, cut % (json.length + 1)) : json;
    });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (json, sizes) => {
        expect(split(json, sizes)).toEqual(split(json));
      }),
    );
  });

  it('gives back every entry of a Bundle as JSON.parse would', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (entry) => {
        const { entries } = split(JSON.stringify({ id: 'x', entry, total: 1 }, undefined, 1), [5], 1e6);
        expect(entries.map(({ text }) => JSON.parse(text!))).toEqual(JSON.parse(JSON.stringify(entry)));
      }),
    );
  });
});
