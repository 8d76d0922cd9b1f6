import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import type { Criterion } from '../../../fhir/search/criterion.ts';
import type { SearchParameters } from '../../../fhir/search/search-parameters.ts';
import type { StoredDocument } from '../../../store/document.ts';
import type { SearchPage, SearchQuery } from '../../../store/search.ts';

/** Documents that one statement asks about: for each there is a condition for every reference that may lead to it. */
const AT_ONCE = 20;
/** Matches that are looked at in one go; each of the first few mostly settles several documents. */
const REFERRERS = 50;

/**
 * The documents that a page brings along and no page before it. Nothing is remembered between pages: those of earlier
 * matches are found by asking which of them refer to the documents.
 *
 * @param search.query the search that the page is of, without a cursor
 */
export async function notShownBefore(
  collection: TenantCollection,
  search: { readonly query: Omit<SearchQuery, 'cursor'>; readonly parameters: SearchParameters },
  { previous }: SearchPage,
  included: readonly StoredDocument[],
): Promise<readonly StoredDocument[]> {
  if (previous === undefined || included.length === 0) return included;
  const counts = await collection.reviewCounts();
  const held = new Set(counts.map(({ type }) => type));
  const types = search.query.types.filter(({ type }) => held.has(type));
  const query = { ...search.query, types };
  const shown = new Set<string>();
  for (let from = 0; from < included.length; from += AT_ONCE) {
    let open = included.slice(from, from + AT_ONCE);
    while (open.length > 0) {
      const found = await collection.search({
        ...{ ...query, types: referring(query.types, search.parameters, open) },
        ...{ count: REFERRERS, total: 'none', cursor: previous },
      });
      const before = new Set(found.included.map(keyOf));
      const left = open.filter((document) => !before.has(keyOf(document)));
      for (const document of open) if (before.has(keyOf(document))) shown.add(keyOf(document));
      const isAll = found.matches.length < REFERRERS;
      open = isAll || left.length === open.length ? [] : left;
    }
  }
  return included.filter((document) => !shown.has(keyOf(document)));
}

/** What is searched, as far as it refers to one of the documents. */
function referring(
  types: SearchQuery['types'],
  parameters: SearchParameters,
  documents: readonly StoredDocument[],
): SearchQuery['types'] {
  return types.flatMap(({ type, criterion }) => {
    const of = [...parameters.ofType(type).values()].flatMap((parameter): Criterion[] => {
      if (parameter.type !== 'reference') return [];
      const targets = documents.filter((document) => parameter.targets.includes(document.type));
      if (targets.length === 0) return [];
      const tests = targets.map((document) => {
        return { kind: 'reference', type: document.type, id: document.id, base: '' } as const;
      });
      return [{ kind: 'index', parameter: parameter.number, tests }];
    });
    if (of.length === 0) return [];
    return [{ type, criterion: { kind: 'all', of: [criterion, { kind: 'any', of }] } }];
  });
}

function keyOf({ type, id }: StoredDocument): string {
  return `${type}/${id}`;
}
