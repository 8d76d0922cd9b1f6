import type { QuantityTest, RangeComparison, RangeTest } from './criterion.ts';
import { dateRange, EARLIEST, LATEST } from './date-range.ts';
import { UCUM_BASE } from './indexed-values.ts';
import { nextNumber, writtenNumber } from './number-range.ts';
import { pieces, unescaped } from './search-text.ts';
import { invalidValue, type ValueContext } from './search-value.ts';
import { UCUM } from './ucum.ts';

type Prefix = Exclude<RangeComparison, 'overlaps'> | 'ap';

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s;

/** What counts as about the same: a tenth. See https://hl7.org/fhir/R4/search.html#prefix */
const ABOUT = 0.1;

/** Reads a date with or without a prefix. Throws `parameter-invalid`. */
export function dateTest(piece: string, { name, now }: ValueContext): RangeTest {
  const { prefix, rest } = prefixed(piece);
  // In a query a plus that nobody has encoded arrives as a space.
  const range = dateRange(rest.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (range === undefined) throw invalidValue(name, piece, 'a date, with or without a prefix');
  const [from, until] = range;
  if (prefix !== 'ap') return { kind: 'range', comparison: prefix, from, until };
  const slack = Math.abs(now - from) * ABOUT;
  return {
    kind: 'range',
    comparison: 'overlaps',
    from: Math.max(EARLIEST, Math.floor(from - slack)),
    until: Math.min(LATEST, Math.ceil(until + slack)),
  };
}

/** Reads a number with or without a prefix. Throws `parameter-invalid`. */
export function numberTest(piece: string, { name }: ValueContext): RangeTest {
  const { prefix, rest } = prefixed(piece);
  const test = numberRange(prefix, rest);
  if (test === undefined) throw invalidValue(name, piece, 'a number, with or without a prefix');
  return test;
}

/**
 * Reads a quantity: `5.4`, `5.4|http://unitsofmeasure.org|mg`, `5.4||mg`, `5.4|mg`, each with or without a prefix.
 * Throws `parameter-invalid`.
 */
export function quantityTest(piece: string, { name, ucum }: ValueContext): QuantityTest {
  const [number, ...unit] = pieces(piece, '|').map(unescaped);
  const { prefix, rest } = prefixed(number!);
  const range = unit.length > 2 ? undefined : numberRange(prefix, rest);
  if (range === undefined) {
    throw invalidValue(
      name,
      piece,
      'a quantity: a number, with or without a prefix, and then |system|code or ||unit',
    );
  }
  const system = unit.length === 2 ? unit[0]! : '';
  const code = unit.at(-1) ?? '';
  if (system === UCUM && code !== '') {
    const base = ucum.baseUnit(code);
    if (base !== undefined) {
      const { unit: its, convert } = base;
      return { kind: 'quantity', system: UCUM_BASE, code: its, range: numberRange(prefix, rest, convert)! };
    }
  }
  return {
    kind: 'quantity',
    ...(system !== '' && { system }),
    ...(code !== '' && { code }),
    range,
  };
}

function prefixed(piece: string): { readonly prefix: Prefix; readonly rest: string } {
  const [, prefix, rest] = PREFIXED.exec(unescaped(piece))!;
  return { prefix: (prefix as Prefix | undefined) ?? 'eq', rest: rest! };
}

/**
 * By equality a number stands for all that round to it, itself always among them; with another prefix it is exact.
 *
 * @param scale what the number and the ends of its range are in the unit that values are compared in
 */
function numberRange(
  prefix: Prefix,
  text: string,
  scale: (value: number) => number = (value) => value,
): RangeTest | undefined {
  const written = writtenNumber(text);
  if (written === undefined) return undefined;
  const { value, half } = written;
  const exact = scale(value);
  const next = nextNumber(exact);
  switch (prefix) {
    case 'eq':
    case 'ne': {
      const from = Math.min(exact, scale(tidy(value - half, half)));
      const until = Math.max(next, scale(tidy(value + half, half)));
      return { kind: 'range', comparison: prefix, from, until };
    }
    case 'ap': {
      const slack = Math.max(Math.abs(value) * ABOUT, half);
      const from = Math.min(exact, scale(tidy(value - slack, slack)));
      const until = nextNumber(Math.max(exact, scale(tidy(value + slack, slack))));
      return { kind: 'range', comparison: 'overlaps', from, until };
    }
    // A value's range matches that only touches the number: 10 to 20 may be 20.
    case 'ge':
      return { kind: 'range', comparison: prefix, from: exact, until: exact };
    case 'le':
      return { kind: 'range', comparison: prefix, from: next, until: next };
    default:
      return { kind: 'range', comparison: prefix, from: exact, until: next };
  }
}

/** Without the traces of binary fractions, where they are small beside the slack: 5.4 - 0.05 is 5.35. */
function tidy(value: number, slack: number): number {
  const decimal = Number(value.toPrecision(15));
  return Math.abs(decimal - value) < slack / 100 ? decimal : value;
}
