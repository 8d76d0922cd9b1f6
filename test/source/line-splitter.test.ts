import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/source/line-splitter.ts';
import { chunked } from './chunked.ts';

function split(text: Uint8Array, sizes: readonly number[] = [], maxBytes = 1000) {
  const splitter = new LineSplitter({ maxBytes });
  const lines = [];
  for (const chunk of [...chunked(text, sizes), 'end' as const]) {
    for (const line of chunk === 'end' ? splitter.end() : splitter.push(chunk)) {
      const bytes = line.bytes === null ? null : Buffer.from(line.bytes).toString();
      lines.push({ bytes, number: line.number, offset: line.offset, behind: splitter.offset });
    }
  }
  return lines;
}

describe('LineSplitter', () => {
  it('takes a byte order mark, CRLF, blank lines and a last line without line end', () => {
    const text = Buffer.from('\ufeff{"a":1}\r\n\r\n  \n {"b":2} \n{"c":3}');
    expect(split(text)).toEqual([
      { bytes: '{"a":1}', number: 1, offset: 0, behind: 12 },
      { bytes: '{"b":2}', number: 4, offset: 17, behind: 27 },
      { bytes: '{"c":3}', number: 5, offset: 27, behind: 34 },
    ]);
  });

  it('reports a line that is too long, and goes on behind it', () => {
    const text = Buffer.from(`{"a":1}\n${'x'.repeat(5000)}\n{"b":2}\n${'y'.repeat(11)}`);
    const lines = split(text, [700], 10);
    expect(lines.map(({ bytes, number }) => [bytes, number])).toEqual([
      ['{"a":1}', 1],
      [null, 2],
      ['{"b":2}', 3],
      [null, 4],
    ]);
    expect(lines[2]!.offset).toBe(8 + 5001);
  });

  it('finds the same lines however the text is chunked', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('', '\r', '  ', 'é', '{"a":"\ufeff"}', 'x'.repeat(3000)),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        const text = Buffer.from(lines.join('\n'));
        expect(split(text, sizes)).toEqual(split(text));
      }),
    );
  });

  it('goes on from a place behind any line', () => {
    const text = Buffer.from('{"a":1}\n\n{"b":2}\r\n{"c":3}\n');
    const all = split(text);
    for (const [index, line] of all.entries()) {
      const splitter = new LineSplitter({ maxBytes: 100, offset: line.behind, lines: line.number });
      const rest = [...splitter.push(text.subarray(line.behind)), ...splitter.end()];
      expect(rest.map(({ number, offset }) => ({ number, offset }))).toEqual(
        all.slice(index + 1).map(({ number, offset }) => ({ number, offset })),
      );
    }
  });
});
