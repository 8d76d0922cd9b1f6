import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateRange } from '../../../src/fhir/search/date-range.ts';
import { fold } from '../../../src/fhir/search/fold.ts';
import { nextNumber, writtenNumber } from '../../../src/fhir/search/number-range.ts';
import { hasWrongEscape, pieces, unescaped } from '../../../src/fhir/search/search-text.ts';

describe('dates', () => {
  it('stand for a range that holds every date that begins like them', () => {
    const instant = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-30'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, (date) => {
        const text = date.toISOString();
        let [from, until] = dateRange(text)!;
        expect([from, until]).toEqual([date.getTime(), date.getTime() + 1]);
        for (const end of [19, 16, 10, 7, 4]) {
          const outer = dateRange(text.slice(0, end) + (end > 10 ? 'Z' : ''))!;
          expect(outer[0] <= from && outer[1] >= until).toBe(true);
          [from, until] = outer;
        }
      }),
    );
  });

  it.each([
    '',
    '200',
    '2000-1',
    '2000-00',
    '2000-02-30',
    '2001-02-29',
    '2000-01-01T10',
    '2000-01-01T24:00',
    '2000-01-01T10:60',
    '2000-01-01T10:00+15:00',
    '2000-01-01Z',
    ' 2000',
  ])('%j is none', (text) => {
    expect(dateRange(text)).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each([
    ['100', 100, 0.5],
    ['100.00', 100, 0.005],
    ['1e2', 100, 5],
    ['1.0e2', 100, 5],
    ['1.00e2', 100, 0.5],
    ['5e0', 5, 0.05],
    ['5e-3', 0.005, 0.0005],
    ['5.40e-3', 0.0054, 0.000005],
    ['-.5', -0.5, 0.05],
    ['+3', 3, 0.5],
  ])('%s is %d ± %d', (text, value, half) => {
    expect(writtenNumber(text)).toEqual({ value, half });
  });

  it.each(['', '.', 'e', '1e', '1e400', '0x10', '1,5', 'NaN', 'Infinity', '1 2'])('%j is none', (text) => {
    expect(writtenNumber(text)).toBeUndefined();
  });

  it('have a next one with nothing between', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        const next = nextNumber(value);
        expect(next).toBeGreaterThan(value);
        const middle = value + (next - value) / 2;
        expect(middle === value || middle === next).toBe(true);
      }),
    );
  });
});

describe('texts', () => {
  it.each([
    ['Müller', 'muller'],
    ["O'Neil-Smith", 'oneilsmith'],
    ['  a \t b\n', 'a b'],
    ['STRASSE straße', 'strasse strasse'],
    ['GROẞ', 'gross'],
    ['Søren Ǿre ØSTERGÅRD', 'soren ore ostergard'],
    ['ŁÓDŹ łódź', 'lodz lodz'],
    ['Đorđević', 'dordevic'],
    ['Ærlig œuvre Ǽ', 'aerlig oeuvre ae'],
    ['Þór Sigurðsson Ð', 'thor sigurdsson d'],
    ['Işık ISIK ışık İ', 'isik isik isik i'],
    ['ħŧŋ ĦŦŊ', 'htng htng'],
    ['ＡＢＣ', 'abc'],
    ['李', '李'],
    ['—', ''],
  ])('%j folds to %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('fold once and for all, whatever their case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fold(text.toUpperCase())).toBe(fold(text.toLowerCase()));
      }),
    );
  });

  it.each([
    ['a', false],
    ['a\\,b\\|c\\$d\\\\e', false],
    ['\\\\', false],
    ['\\\\\\,', false],
    ['a\\b', true],
    ['a\\', true],
    ['\\\\\\', true],
    ['\\,\\ ', true],
  ])('%j has a wrong escape: %s', (text, isWrong) => {
    expect(hasWrongEscape(text)).toBe(isWrong);
  });

  it('come apart at separators that have no backslash', () => {
    expect(pieces('a,b\\,c,\\\\,d', ',')).toEqual(['a', 'b\\,c', '\\\\', 'd']);
    expect(unescaped('a\\,b\\|c\\$d\\\\e')).toBe('a,b|c$d\\e');
    const escaped = (text: string) => text.replace(/[,|$\\]/g, '\\$&');
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.constantFrom<',' | '|' | '$'>(',', '|', '$'),
        (texts, mark) => {
          expect(pieces(texts.map(escaped).join(mark), mark).map(unescaped)).toEqual(texts);
        },
      ),
    );
  });
});
