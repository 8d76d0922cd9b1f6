import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { Shape } from '../../fhir/search/criterion.ts';
import type { SortKey } from '../../fhir/search/parsed-search.ts';

/** A sort key as it applies to one resource type. `none`: the type has no such parameter. */
export interface TypeSortKey {
  readonly descending: boolean;
  readonly by:
    | { readonly kind: 'id' | 'last-updated' | 'reviewed' | 'review-time' | 'none' }
    | { readonly kind: 'index'; readonly parameter: number; readonly shape: Shape };
}

/** Numbers of a type's parameters lie between two multiples of it (`SearchParameter.number`). */
const NUMBERS_PER_TYPE = 256;

export function sortKeyOfType({ descending, by }: SortKey, type: string): TypeSortKey {
  if (by.kind !== 'index') return { descending, by: { kind: by.kind } };
  const code = resourceTypeCode(type);
  const parameter = by.parameters.find((number) => Math.floor(number / NUMBERS_PER_TYPE) === code);
  if (parameter === undefined) return { descending, by: { kind: 'none' } };
  return { descending, by: { kind: 'index', parameter, shape: by.shape } };
}

/** The type that a parameter belongs to. */
export function typeOfParameter(number: number): string {
  return resourceTypeOfCode(Math.floor(number / NUMBERS_PER_TYPE));
}
