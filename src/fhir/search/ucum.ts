import { createRequire } from 'node:module';
import { LEAST, MOST, nextNumber } from './number-range.ts';

/** The code system of UCUM units. See https://ucum.org/ucum */
export const UCUM = 'http://unitsofmeasure.org';

/** A unit in terms of base units: value in them = value · factor + offset. */
interface Conversion {
  readonly unit: string;
  readonly factor: number;
  readonly offset: number;
}

export interface BaseRange {
  /** Base units with their exponents in alphabetical order, for example `g.m-3`; `1` without any. */
  readonly unit: string;
  readonly from: number;
  readonly until: number;
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

/** Converts ranges of UCUM units, so that 1 g and 1000 mg are equal. The library is loaded with the first unit. */
export class Ucum {
  #library: UcumLibrary | undefined;
  readonly #conversions = new Map<string, Conversion | undefined>();

  /**
   * A range [from, until) in base units. Values are rounded to 12 digits, which takes off what converting adds; the
   * smallest range that holds one number stays such. Undefined for a unit that UCUM does not know, or one that has no
   * base units (`[iU]`) or no linear scale (`[pH]`).
   */
  inBaseUnits(unit: string, from: number, until: number): BaseRange | undefined {
    const conversion = this.#conversion(unit);
    if (conversion === undefined) return undefined;
    const start = converted(from, conversion);
    const isNumber = until === nextNumber(from);
    return {
      unit: conversion.unit,
      from: start,
      until: isNumber ? nextNumber(start) : converted(until, conversion),
    };
  }

  #conversion(unit: string): Conversion | undefined {
    if (this.#conversions.has(unit)) return this.#conversions.get(unit);
    if (this.#conversions.size >= MOST_UNITS) this.#conversions.clear();
    const conversion = this.#lookUp(unit);
    this.#conversions.set(unit, conversion);
    return conversion;
  }

  #lookUp(unit: string): Conversion | undefined {
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
    return { unit: name === '' ? '1' : name, factor, offset };
  }
}

function converted(value: number, { factor, offset }: Conversion): number {
  if (value === LEAST || value === MOST) return value;
  const base = Number((value * factor + offset).toPrecision(12));
  return Number.isFinite(base) ? base : value < 0 ? LEAST : MOST;
}

function load(): UcumLibrary {
  const require = createRequire(import.meta.url);
  const library = require('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): UcumLibrary } };
  return library.UcumLhcUtils.getInstance();
}
