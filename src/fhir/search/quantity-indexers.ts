import { type GatheredRows, members, text, type ValueIndexer } from './gathered-rows.ts';
import { UCUM_BASE } from './indexed-values.ts';
import { LEAST, MOST, nextNumber } from './number-range.ts';
import { UCUM, type Ucum } from './ucum.ts';

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
        if (range !== undefined) rows.number.add([parameter, range[0], range[1]]);
      };
    default:
      return undefined;
  }
}

/** The indexers of quantity parameters by the type of their values. */
export function quantityIndexer(type: string, ucum: Ucum): ValueIndexer | undefined {
  const addRange = (
    range: readonly [number, number] | undefined,
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
  [from, until]: readonly [number, number],
  { system, code, unit }: Readonly<Record<string, unknown>>,
  parameter: number,
  rows: GatheredRows,
  ucum: Ucum,
): void {
  const itsSystem = text(system) ?? '';
  const itsCode = text(code) ?? '';
  const itsUnit = text(unit) ?? '';
  rows.quantity.add([
    parameter,
    itsSystem,
    itsCode === '' && itsSystem === '' ? itsUnit : itsCode,
    from,
    until,
  ]);
  if (itsUnit !== '' && itsUnit !== itsCode && (itsCode !== '' || itsSystem !== ''))
    rows.quantity.add([parameter, '', itsUnit, from, until]);
  const converted = itsSystem === UCUM && itsCode !== '' ? ucum.inBaseUnits(itsCode, from, until) : undefined;
  if (converted !== undefined)
    rows.quantity.add([parameter, UCUM_BASE, converted.unit, converted.from, converted.until]);
}

/** A quantity may say that the real value is less or more. */
function quantityRange(quantity: unknown): readonly [number, number] | undefined {
  const { value, comparator } = members(quantity);
  if (typeof value !== 'number') return undefined;
  switch (comparator) {
    case '<':
      return [LEAST, value];
    case '<=':
      return [LEAST, nextNumber(value)];
    case '>':
      return [nextNumber(value), MOST];
    case '>=':
      return [value, MOST];
    default:
      return [value, nextNumber(value)];
  }
}

/** Both ends inclusive; one that is missing is open. */
function rangeBetween(low: unknown, high: unknown): readonly [number, number] | undefined {
  const from = typeof low === 'number' ? low : undefined;
  const to = typeof high === 'number' ? high : undefined;
  if (from === undefined && to === undefined) return undefined;
  const range = [from ?? LEAST, to === undefined ? MOST : nextNumber(to)] as const;
  return range[0] < range[1] ? range : undefined;
}

/** The bounds of the samples. See https://hl7.org/fhir/R4/datatypes.html#SampledData */
function sampledRange(value: unknown): readonly [number, number] | undefined {
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
  return least <= most ? [least, nextNumber(most)] : undefined;
}
