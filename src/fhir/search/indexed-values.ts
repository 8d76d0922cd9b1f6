/**
 * What a resource is found by: the values of its search parameters, as index rows. Each row begins with the number of
 * its parameter (`SearchParameter.number`). They are tuples of plain values, because they cross threads by the million.
 */
export interface IndexedValues {
  readonly token: readonly TokenRow[];
  /** Texts that `:text` finds: displays of codings, texts of concepts and of types of identifiers. Folded. */
  readonly tokenText: readonly TextRow[];
  readonly string: readonly StringRow[];
  readonly date: readonly RangeRow[];
  readonly number: readonly RangeRow[];
  readonly quantity: readonly QuantityRow[];
  readonly reference: readonly ReferenceRow[];
  /** `Reference.identifier`, for `:identifier`, and typed identifiers for `:of-type` (code is `type code|value`). */
  readonly identifier: readonly TokenRow[];
  readonly uri: readonly UriRow[];
  readonly composite: readonly CompositeRow[];
}

/**
 * `system` is '' where there is none; `code` is as it is compared: case folded unless its code system tells case apart.
 * An element without a code (a text alone) has a row with code ''.
 */
export type TokenRow = readonly [parameter: number, system: string, code: string];

/** `folded`: lower case, without accents and punctuation, white space collapsed. */
export type TextRow = readonly [parameter: number, folded: string];

export type StringRow = readonly [parameter: number, folded: string, exact: string];

/**
 * The range that a value stands for: `from` inclusive, `until` exclusive. Dates in milliseconds since the epoch, by their
 * precision. A number is the smallest range that holds it, because prefixes compare with it exactly (`gt100` does not find
 * 100): the precision that counts is that of the search value. An end that is open is ∓8.64e15 (dates) or
 * ∓1.7976931348623157e308 (numbers).
 */
export type RangeRow = readonly [parameter: number, from: number, until: number];

/**
 * One row with the code of the unit, one without system for its text where that differs, and, where UCUM knows the unit,
 * one in base units with `system` = UCUM_BASE.
 */
export type QuantityRow = readonly [
  parameter: number,
  system: string,
  code: string,
  from: number,
  until: number,
];

/** `system` of quantity rows in UCUM base units: `code` is then the base unit, values are converted. */
export const UCUM_BASE = 'ucum-base';

/**
 * A relative reference, or an absolute one: then `base` holds what stands in front of `Type/id`. `type` and `id` are '' where
 * the address has no such form (canonical and other URLs): then `base` is all of it. `version` is '' where none is named.
 * An element without an address (an identifier or a text alone, a contained resource) has a row of '' alone.
 */
export type ReferenceRow = readonly [
  parameter: number,
  type: string,
  id: string,
  base: string,
  version: string,
];

export type UriRow = readonly [parameter: number, uri: string];

/**
 * Values of the components of one repetition, as they would be indexed by themselves, without their parameter number. A
 * repetition whose components have several values gives one row for each combination.
 */
export type CompositeRow = readonly [parameter: number, ...parts: readonly CompositePart[]];

export type CompositePart =
  | { readonly token: readonly [system: string, code: string] }
  | { readonly string: readonly [folded: string, exact: string] }
  | { readonly date: readonly [from: number, until: number] }
  | { readonly number: readonly [from: number, until: number] }
  | { readonly quantity: readonly [system: string, code: string, from: number, until: number] }
  | { readonly reference: readonly [type: string, id: string, base: string, version: string] }
  | { readonly uri: string };
