import type { Criterion } from '../../fhir/search/criterion.ts';
import type { SearchQuery } from '../search.ts';

/** Whether a search asks for words of documents anywhere. */
export function asksForWords({ types }: Pick<SearchQuery, 'types'>): boolean {
  return types.some(({ criterion }) => hasWords(criterion));
}

function hasWords(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'words':
      return true;
    case 'all':
    case 'any':
      return criterion.of.some(hasWords);
    case 'not':
    case 'chain':
    case 'has':
      return hasWords(criterion.of);
    default:
      return false;
  }
}
