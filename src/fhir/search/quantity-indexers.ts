import { type GatheredRows, members, text, type ValueIndexer } from './gathered-rows.ts';
import { UCUM_BASE } from './indexed-values.ts';
import { LEAST, MOST, nextNumber } from './number-range.ts';
import { UCUM, type Ucum } from './ucum.ts';

/** A range [from, until) in another unit: its ends are converted before it is said which of them belong to it. */
type ScaledRange = (scale: (value: number) => number) => readonly [from: number, until: number];

const asWritten = (value: number): number => value;

const CURRENCIES = 'urn:iso:std:iso:4217';

/** The indexers of number parameters by the type of their values. */
export function numberIndexer(type: string): ValueIndexer | undefined {
  switch (type) {
    case 'decimal':
    case 'integer':
      return (value, parameter, rows) => {
        if (typeof value === 'number') rows.number.add([parameter, value, nextNumber(value)]);
      };
    case 'Range':
      return (value, parameter, rows) => {
        const { low, high } = members(value);
        const range = rangeBetween(members(low).value, members(high).value);
        if (range !== undefined) rows.number.add([parameter, ...range(asWritten)]);
      };
    default:
      return undefined;
  }
}

/** The indexers of quantity parameters by the type of their values. */
export function quantityIndexer(type: string, ucum: Ucum): ValueIndexer | undefined {
  const addRange = (
    range: ScaledRange | undefined,
    unit: unknown,
    parameter: number,
    rows: GatheredRows,
  ): void => {
    if (range !== undefined) addRows(range, members(unit), parameter, rows, ucum);
  };
  switch (type) {
    case 'Quantity':
    case 'Age':
    case 'Duration':
      return (value, parameter, rows) => addRange(quantityRange(value), value, parameter, rows);
    case 'Money':
      return (value, parameter, rows) => {
        const { value: amount, currency } = members(value);
        const unit = { system: CURRENCIES, code: currency };
        addRange(rangeBetween(amount, amount), unit, parameter, rows);
      };
    case 'Range':
      return (value, parameter, rows) => {
        const { low, high } = members(value);
        const range = rangeBetween(members(low).value, members(high).value);
        addRange(range, low ?? high, parameter, rows);
      };
    case 'SampledData':
      return (value, parameter, rows) =>
        addRange(sampledRange(value), members(value).origin, parameter, rows);
    default:
      return undefined;
  }
}

function addRows(
  range: ScaledRange,
  { system, code, unit }: Readonly<Record<string, unknown>>,
  parameter: number,
  rows: GatheredRows,
  ucum: Ucum,
): void {
  const itsSystem = text(system) ?? '';
  const itsCode = text(code) ?? '';
  const itsUnit = text(unit) ?? '';
  const [from, until] = range(asWritten);
  rows.quantity.add([
    parameter,
    itsSystem,
    itsCode === '' && itsSystem === '' ? itsUnit : itsCode,
    from,
    until,
  ]);
  if (itsUnit !== '' && itsUnit !== itsCode && (itsCode !== '' || itsSystem !== ''))
    rows.quantity.add([parameter, '', itsUnit, from, until]);
  const base = itsSystem === UCUM && itsCode !== '' ? ucum.baseUnit(itsCode) : undefined;
  if (base !== undefined) rows.quantity.add([parameter, UCUM_BASE, base.unit, ...range(base.convert)]);
}

/** A quantity may say that the real value is less or more. */
function quantityRange(quantity: unknown): ScaledRange | undefined {
  const { value, comparator } = members(quantity);
  if (typeof value !== 'number') return undefined;
  switch (comparator) {
    case '<':
      return (scale) => [LEAST, scale(value)];
    case '<=':
      return (scale) => [LEAST, nextNumber(scale(value))];
    case '>':
      return (scale) => [nextNumber(scale(value)), MOST];
    case '>=':
      return (scale) => [scale(value), MOST];
    default:
      return (scale) => [scale(value), nextNumber(scale(value))];
  }
}

/** Both ends inclusive; one that is missing is open. */
function rangeBetween(low: unknown, high: unknown): ScaledRange | undefined {
  const from = typeof low === 'number' ? low : undefined;
  const to = typeof high === 'number' ? high : undefined;
  if (from === undefined && to === undefined) return undefined;
  if (from !== undefined && to !== undefined && from > to) return undefined;
  return (scale) => [
    from === undefined ? LEAST : scale(from),
    to === undefined ? MOST : nextNumber(scale(to)),
  ];
}

/** The bounds of the samples. See https://hl7.org/fhir/R4/datatypes.html#SampledData */
function sampledRange(value: unknown): ScaledRange | undefined {
  const { origin, factor, lowerLimit, upperLimit, data } = members(value);
  const base = members(origin).value;
  const samples = text(data);
  if (typeof base !== 'number' || samples === undefined) return undefined;
  let least = MOST;
  let most = LEAST;
  for (const sample of samples.split(/\s+/)) {
    const read = sample === 'L' ? lowerLimit : sample === 'U' ? upperLimit : Number(sample || Number.NaN);
    if (typeof read !== 'number' || !Number.isFinite(read)) continue;
    const measured = base + read * (typeof factor === 'number' ? factor : 1);
    least = Math.min(least, measured);
    most = Math.max(most, measured);
  }
  return least <= most ? rangeBetween(least, most) : undefined;
}
