import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { RESOURCE_TYPES } from '../../../fhir/resource-type.ts';
import type { Criterion } from '../../../fhir/search/criterion.ts';
import type { ParsedSearch } from '../../../fhir/search/parsed-search.ts';
import type { SearchQuery } from '../../../store/search.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { fhirBaseUrl } from '../../base-url.ts';
import { prefersLenient } from '../preference.ts';
import { SubsetRequest } from '../subset-request.ts';
import { searchParameters } from './kept-search.ts';
import { searchAnswer } from './search-answer.ts';
import { type Parameter, searchRequest } from './search-request.ts';

const MOST_PER_PAGE = 1000;
const DEFAULT_PER_PAGE = 20;

/** What an address searches. */
export interface SearchPlace {
  /** Below the base URL. */
  readonly path: string;
  /** The types that can be found; absent: all, and the client names those it means by `_type`. */
  readonly types?: readonly string[];
  /** What the address asks of documents beside the parameters. */
  readonly within?: (type: string) => Criterion | undefined;
  /** Whether parameters come in the body too. */
  readonly body: boolean;
}

/**
 * Answers a search with a Bundle. See https://hl7.org/fhir/R4/http.html#search
 *
 * @throws parameter-unknown (unless the client is lenient), parameter-invalid, search-not-supported, page-token-invalid,
 * media-type-unsupported
 */
export async function search(
  api: ApiContext,
  collection: TenantCollection,
  request: ApiRequest,
  place: SearchPlace,
): Promise<string> {
  const sent = searchRequest(request, place);
  const parameters = await searchParameters(api, collection, sent);
  const base = fhirBaseUrl(api, request);
  const scope = {
    types: place.types ?? RESOURCE_TYPES,
    typed: place.types?.length === 1,
    lenient: prefersLenient(request),
    now: api.clock.now(),
    bases: [base],
  };
  const parsed = await api.searchParser.parse(parameters, scope, api.terminology(collection));
  const subset = subsetOf(api, parsed);
  return searchAnswer(api, collection, sent, {
    base,
    path: place.path,
    parameters: understood(parameters, parsed),
    query: searchQuery(parsed, subset, place),
    subset,
    ignored: parsed.ignored.map(({ detail }) => detail),
  });
}

function subsetOf({ elements: table }: ApiContext, { types, summary, elements, includes }: ParsedSearch) {
  // A narrative says little of which resource an included one is.
  if (summary === 'text' && includes.length > 0) {
    throw new WarmfhirError('parameter-invalid', '_include and _revinclude cannot go with _summary=text.');
  }
  return new SubsetRequest({
    summary: summary === undefined ? [] : [summary],
    elements: elements ?? [],
    types: types.map(({ type }) => type),
    table,
  });
}

function searchQuery(
  parsed: ParsedSearch,
  { summary }: SubsetRequest,
  { within }: SearchPlace,
): Omit<SearchQuery, 'cursor'> {
  const { sort, includes } = parsed;
  const count = summary === 'count' ? 0 : Math.min(MOST_PER_PAGE, parsed.count ?? DEFAULT_PER_PAGE);
  const types = parsed.types.map(({ type, criterion }) => {
    const also = within?.(type);
    return {
      type,
      criterion: also === undefined ? criterion : ({ kind: 'all', of: [also, criterion] } as const),
    };
  });
  // Without entries the total is all there is.
  const total = count === 0 ? 'accurate' : (parsed.total ?? 'if-cheap');
  return { types, sort, count, total, includes: count === 0 ? [] : includes };
}

/** The parameters as links say them: without those that were left out, and with the count that is given. */
function understood(
  parameters: readonly Parameter[],
  { ignored, count = 0 }: ParsedSearch,
): readonly Parameter[] {
  if (ignored.length === 0 && count <= MOST_PER_PAGE) return parameters;
  const isLeft = (name: string, value: string) =>
    ignored.some((left) => left.name === name && left.value === value);
  return parameters
    .filter(([name, value]) => !isLeft(name, value))
    .map(([name, value]) =>
      name === '_count' ? [name, String(Math.min(MOST_PER_PAGE, count))] : [name, value],
    );
}
