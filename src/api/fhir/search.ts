import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import { searchsetBundle } from '../../fhir/bundle.ts';
import { type OutcomeIssue, operationOutcome } from '../../fhir/outcome.ts';
import type { Page } from '../../store/page.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { hasBody } from '../json-body.ts';
import { mediaType } from '../media-type.ts';
import type { TenantRoute } from '../route.ts';
import { PageTokens } from './page-token.ts';
import { prefersLenient } from './preference.ts';
import { type SearchQuery, searchQuery } from './search-query.ts';

const FORM = 'application/x-www-form-urlencoded';

/** `GET /fhir/:type`: newest first, pages by key. */
export function searchRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: '/fhir/:type',
    capability: { interactions: ['search-type'] },
    handle: (collection, request) => search(api, collection, request, new URLSearchParams(request.query)),
  };
}

/** `POST /fhir/:type/_search`: parameters in the address, in a form, or in both. */
export function searchByPostRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir/:type/_search',
    handle: (collection, request) => search(api, collection, request, postedParameters(request)),
  };
}

function postedParameters(request: ApiRequest): URLSearchParams {
  const parameters = new URLSearchParams(request.query);
  if (!hasBody(request)) return parameters;
  if (mediaType(request.headers['content-type'] ?? '').name !== FORM) {
    throw new WarmfhirError('media-type-unsupported', `A search is posted as Content-Type: ${FORM}.`);
  }
  for (const [name, value] of new URLSearchParams(request.body!.toString())) parameters.append(name, value);
  return parameters;
}

async function search(
  api: ApiContext,
  collection: TenantCollection,
  request: ApiRequest,
  parameters: URLSearchParams,
): Promise<string> {
  const type = request.params.type!;
  const query = searchQuery({
    type,
    parameters,
    lenient: prefersLenient(request),
    now: api.clock.now(),
  });
  const tokens = new PageTokens(api.store, collection, `${type}?${query.text}`);
  const cursor = query.page === undefined ? undefined : tokens.cursor(query.page);
  const [page, total] = await Promise.all([
    query.count === 0
      ? NO_PAGE
      : collection.page({ filter: query.filter, count: query.count, ...cursored(cursor) }),
    query.total || query.count === 0 ? collection.count(query.filter) : undefined,
  ]);
  const base = fhirBaseUrl(api, request);
  return searchsetBundle({
    links: links(`${base}/${type}`, query, page, tokens),
    ...(total === undefined ? {} : { total }),
    entries: page.documents.map(({ id, json }) => ({
      fullUrl: `${base}/${type}/${id}`,
      json,
      mode: 'match' as const,
    })),
    // Says in the result itself what was left out.
    ...(query.ignored.length === 0 ? {} : { outcome: operationOutcome(...query.ignored.map(warning)) }),
  });
}

const NO_PAGE: Page = { documents: [] };

function cursored(cursor: string | undefined): { readonly cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}

function links(
  address: string,
  { text, page: self, count }: SearchQuery,
  page: Page,
  tokens: PageTokens,
): { readonly relation: string; readonly url: string }[] {
  const at = (token?: string) => {
    const query = [text, token === undefined ? '' : `_page=${token}`].filter((part) => part !== '').join('&');
    return query === '' ? address : `${address}?${query}`;
  };
  const found = [{ relation: 'self', url: at(self) }];
  if (count === 0) return found;
  found.push({ relation: 'first', url: at() });
  if (page.next !== undefined) found.push({ relation: 'next', url: at(tokens.of(page.next)) });
  if (page.previous !== undefined) found.push({ relation: 'previous', url: at(tokens.of(page.previous)) });
  return found;
}

function warning(diagnostics: string): OutcomeIssue {
  return { severity: 'warning', code: 'not-supported', diagnostics };
}
