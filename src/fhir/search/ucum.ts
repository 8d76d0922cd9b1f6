import { createRequire } from 'node:module';
import { LEAST, MOST } from './number-range.ts';

/** The code system of UCUM units. See https://ucum.org/ucum */
export const UCUM = 'http://unitsofmeasure.org';

/** What a unit is in base units. */
export interface BaseUnit {
  /** Base units with their exponents in alphabetical order, for example `g.m-3`; `1` without any. */
  readonly unit: string;
  /** A value in base units, rounded to 12 digits, which takes off what converting adds. An open end stays open. */
  readonly convert: (value: number) => number;
}

/** The part of @lhncbc/ucum-lhc that is used; it has no declarations of its own. */
interface UcumLibrary {
  convertToBaseUnits(
    unit: string,
    value: number,
  ): { readonly magnitude?: number; readonly unitToExp?: Readonly<Record<string, number>> };
}

/** Units are clients' texts, so there is a bound to how many are kept. */
const MOST_UNITS = 10_000;
/** What may be a unit; the library takes long over longer texts, and writes about others to the console. */
const UNIT = /^(?!.*\{.*\()[!-~]{1,64}$/;

/** Converts values of UCUM units, so that 1 g and 1000 mg are equal. The library is loaded with the first unit. */
export class Ucum {
  #library: UcumLibrary | undefined;
  readonly #units = new Map<string, BaseUnit | undefined>();

  /** Undefined for a unit that UCUM does not know, or one that has no base units (`[iU]`) or no linear scale (`[pH]`). */
  baseUnit(unit: string): BaseUnit | undefined {
    if (this.#units.has(unit)) return this.#units.get(unit);
    if (this.#units.size >= MOST_UNITS) this.#units.clear();
    const found = this.#lookUp(unit);
    this.#units.set(unit, found);
    return found;
  }

  #lookUp(unit: string): BaseUnit | undefined {
    if (!UNIT.test(unit)) return undefined;
    this.#library ??= load();
    const offset = this.#library.convertToBaseUnits(unit, 0).magnitude;
    const one = this.#library.convertToBaseUnits(unit, 1);
    const two = this.#library.convertToBaseUnits(unit, 2).magnitude;
    if (offset === undefined || one.magnitude === undefined || two === undefined) return undefined;
    const factor = one.magnitude - offset;
    if (!(factor > 0) || Math.abs(two - offset - 2 * factor) > 1e-9 * Math.abs(two)) return undefined;
    const units = Object.entries(one.unitToExp ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const name = units.map(([base, exponent]) => (exponent === 1 ? base : base + exponent)).join('.');
    return { unit: name === '' ? '1' : name, convert: (value) => converted(value, factor, offset) };
  }
}

function converted(value: number, factor: number, offset: number): number {
  if (value === LEAST || value === MOST) return value;
  const base = Number((value * factor + offset).toPrecision(12));
  return Number.isFinite(base) ? base : value < 0 ? LEAST : MOST;
}

function load(): UcumLibrary {
  const require = createRequire(import.meta.url);
  const library = require('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): UcumLibrary } };
  return library.UcumLhcUtils.getInstance();
}
