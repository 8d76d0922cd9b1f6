import { WarmfhirError } from '../../errors.ts';
import { nearest } from '../nearest.ts';
import type { ParsedSearch } from './parsed-search.ts';
import type { SearchContext } from './search-context.ts';
import { invalidValue, shown } from './search-value.ts';

/** What a search takes beside criteria. */
export const RESULT_PARAMETERS: readonly string[] = [
  ...['_has', '_type', '_sort', '_count', '_total', '_include', '_revinclude', '_summary', '_elements'],
];

const TOTALS = ['none', 'estimate', 'accurate'] as const;
const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const;

/** A whole number of documents. Throws `parameter-invalid`. */
export function count(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalidValue('_count', value, 'a whole number from 0');
  return Number(value);
}

/** Throws `parameter-invalid`. */
export function total(value: string): NonNullable<ParsedSearch['total']> {
  return oneOf('_total', value, TOTALS);
}

/** Throws `parameter-invalid`. */
export function summary(value: string): NonNullable<ParsedSearch['summary']> {
  return oneOf('_summary', value, SUMMARIES);
}

/**
 * Names of members that documents of the types searched have, a choice by its base name or by that of one of its types.
 * Throws `parameter-invalid`.
 */
export function elements(
  value: string,
  types: readonly string[],
  { parameters }: SearchContext,
): readonly string[] {
  const known = new Set(types.flatMap((type) => memberNames(parameters.definitions.elements[type] ?? {})));
  const names = value.split(',');
  for (const name of names) {
    if (known.has(name)) continue;
    const near = nearest(name, known);
    const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter _elements: ${types.join(', ')} has no element ${shown(name)}.${hint}`,
    );
  }
  return names;
}

function memberNames(members: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(members).flatMap(([name, types]) =>
    types.length > 1 ? [name, ...types.map((type) => name + type[0]!.toUpperCase() + type.slice(1))] : [name],
  );
}

function oneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const found = values.find((known) => known === value);
  if (found === undefined) throw invalidValue(name, value, `one of ${values.join(', ')}`);
  return found;
}
