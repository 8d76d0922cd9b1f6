import type { BundleLink } from '../../../fhir/bundle.ts';
import type { PageTokens } from '../page-token.ts';
import { type Parameter, queryText } from './search-request.ts';

/** The links of one page of a search. See https://hl7.org/fhir/R4/http.html#paging */
export function searchLinks(search: {
  /** Address without a query. */
  readonly address: string;
  /** What stands for the search in a link. */
  readonly query: string;
  readonly format: readonly Parameter[];
  readonly tokens: PageTokens;
  /** Token of this page. */
  readonly page?: string;
  /** False where there are no pages, only a total. */
  readonly paged: boolean;
  readonly next?: string;
  readonly previous?: string;
}): readonly BundleLink[] {
  const { address, query, tokens } = search;
  const format = queryText(search.format);
  const at = (token?: string) => {
    const parts = [query, token === undefined ? '' : `_page=${token}`, format];
    const text = parts.filter((part) => part !== '').join('&');
    return text === '' ? address : `${address}?${text}`;
  };
  const links = [{ relation: 'self', url: at(search.page) }];
  if (!search.paged) return links;
  links.push({ relation: 'first', url: at() });
  if (search.next !== undefined) links.push({ relation: 'next', url: at(tokens.of(search.next)) });
  if (search.previous !== undefined)
    links.push({ relation: 'previous', url: at(tokens.of(search.previous)) });
  return links;
}
