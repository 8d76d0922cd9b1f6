import type { Criterion } from '../fhir/search/criterion.ts';
import type { Include, SortKey } from '../fhir/search/parsed-search.ts';
import type { StoredDocument } from './document.ts';

/** A search of one collection. */
export interface SearchQuery {
  /** The types searched, each with what is asked of its documents; a search below one type has one of them. */
  readonly types: readonly { readonly type: string; readonly criterion: Criterion }[];
  /** Most important first; ties, and a search without any, are newest first. Documents without a value come last. */
  readonly sort: readonly SortKey[];
  /** At most this many matches on the page; 0 for the total alone. */
  readonly count: number;
  /** `next` or `previous` of an earlier page of the same search; absent for the first page. */
  readonly cursor?: string;
  /** `estimate` may be exact. `if-cheap` is exact, or absent where many documents would have to be looked at for it. */
  readonly total: 'none' | 'if-cheap' | 'estimate' | 'accurate';
  readonly includes: readonly Include[];
}

export interface SearchPage {
  readonly matches: readonly StoredDocument[];
  /** No document twice, none that is among the matches. */
  readonly included: readonly StoredDocument[];
  readonly total?: number;
  /** Cursor of the following page, absent on the last. A short text of `[A-Za-z0-9_-]`, at most 150 characters. */
  readonly next?: string;
  readonly previous?: string;
}
