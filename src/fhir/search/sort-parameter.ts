import { WarmfhirError } from '../../errors.ts';
import { unknownParameter } from './parameter-criterion.ts';
import type { SortKey } from './parsed-search.ts';
import type { SearchContext } from './search-context.ts';
import { shapeOf } from './search-parameters.ts';
import { shown } from './search-value.ts';

const COLUMNS: Readonly<Record<string, 'id' | 'last-updated' | 'reviewed' | 'review-time'>> = {
  _id: 'id',
  _lastUpdated: 'last-updated',
  reviewed: 'reviewed',
  'review-time': 'review-time',
};

/**
 * Reads `_sort`: names of search parameters, the most important first, with `-` for descending.
 * See https://hl7.org/fhir/R4/search.html#sort
 *
 * @throws parameter-unknown, parameter-invalid, search-not-supported
 */
export function sortKeys(value: string, types: readonly string[], context: SearchContext): SortKey[] {
  return value.split(',').map((written) => {
    const descending = written.startsWith('-');
    return { descending, by: sortedBy(descending ? written.slice(1) : written, types, context) };
  });
}

function sortedBy(name: string, types: readonly string[], context: SearchContext): SortKey['by'] {
  if (name === '') throw new WarmfhirError('parameter-invalid', 'The parameter _sort has an empty name.');
  const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
  if (column !== undefined) return { kind: column };
  if (name === '_score') throw notSortable(name, 'matches have no score');
  const found = types.flatMap((type) => context.parameters.find(type, name) ?? []);
  if (found.length === 0) throw unknownParameter(types[0]!, name, context);
  const [shape, ...others] = new Set(found.map(shapeOf));
  if (shape === undefined || shape === 'composite') throw notSortable(name, 'its values have no order');
  if (others.length > 0) throw notSortable(name, 'it is of several kinds in the types searched');
  return { kind: 'index', parameters: found.map(({ number }) => number), shape };
}

function notSortable(name: string, why: string): WarmfhirError {
  return new WarmfhirError(
    'search-not-supported',
    `The parameter _sort: ${shown(name)} cannot be sorted by: ${why}.`,
  );
}
