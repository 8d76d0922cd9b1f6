import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { type SearchEntry, searchsetBundle } from '../../../fhir/bundle.ts';
import { type OutcomeIssue, operationOutcome } from '../../../fhir/outcome.ts';
import type { StoredDocument } from '../../../store/document.ts';
import type { SearchPage, SearchQuery } from '../../../store/search.ts';
import type { ApiContext } from '../../api-context.ts';
import { PageTokens } from '../page-token.ts';
import type { SubsetRequest } from '../subset-request.ts';
import { linkQuery } from './kept-search.ts';
import { searchLinks } from './search-links.ts';
import { type Parameter, queryText, type SearchRequest } from './search-request.ts';

/** A search that is ready to be carried out, and what its answer needs beside the page. */
export interface PreparedSearch {
  /** The FHIR base URL, without a slash at the end. */
  readonly base: string;
  /** What is searched, below the base URL: `Patient`, `Patient/1/*`, nothing for the whole collection. */
  readonly path: string;
  /** The search as it was understood: links say this. */
  readonly parameters: readonly Parameter[];
  readonly query: Omit<SearchQuery, 'cursor'>;
  readonly subset: SubsetRequest;
  /** Sentences on what was left out. */
  readonly ignored: readonly string[];
  /** Those of a page's included documents that are shown; absent: all. */
  readonly shown?: (page: SearchPage) => Promise<readonly StoredDocument[]>;
}

/**
 * Carries a search out and puts its Bundle together, from stored texts without parsing them.
 *
 * @throws page-token-invalid
 */
export async function searchAnswer(
  api: ApiContext,
  collection: TenantCollection,
  sent: SearchRequest,
  search: PreparedSearch,
): Promise<string> {
  const { base, path, query } = search;
  const text = queryText(search.parameters);
  const tokens = new PageTokens(api.store, collection, `${path}?${text}`);
  const cursor = sent.page === undefined ? {} : { cursor: tokens.cursor(sent.page) };
  const [page, link] = await Promise.all([
    collection.search({ ...query, ...cursor }),
    linkQuery(api, collection, text),
  ]);
  const included = search.shown === undefined ? page.included : await search.shown(page);
  const address = path === '' ? base : `${base}/${path}`;
  return searchsetBundle({
    links: searchLinks({ address, query: link, format: sent.format, tokens, ...pageOf(sent, query, page) }),
    ...(page.total === undefined ? {} : { total: page.total }),
    entries: entries(search, page.matches, included),
    // Says in the result itself what was left out.
    ...(search.ignored.length === 0 ? {} : { outcome: operationOutcome(...search.ignored.map(warning)) }),
  });
}

function pageOf(
  { page }: SearchRequest,
  { count }: PreparedSearch['query'],
  { next, previous }: SearchPage,
): { paged: boolean; page?: string; next?: string; previous?: string } {
  return {
    paged: count > 0,
    ...(page === undefined ? {} : { page }),
    ...(next === undefined ? {} : { next }),
    ...(previous === undefined ? {} : { previous }),
  };
}

function entries(
  { base, subset }: PreparedSearch,
  matches: readonly StoredDocument[],
  included: readonly StoredDocument[],
): readonly SearchEntry[] {
  const entry = (mode: SearchEntry['mode']) => {
    return ({ type, id, json }: StoredDocument): SearchEntry => ({
      fullUrl: `${base}/${type}/${id}`,
      json: subset.isWhole ? json : subset.of(json, type),
      mode,
    });
  };
  return [...matches.map(entry('match')), ...included.map(entry('include'))];
}

function warning(diagnostics: string): OutcomeIssue {
  return { severity: 'warning', code: 'not-supported', diagnostics };
}
