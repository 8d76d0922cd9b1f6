import type { Criterion, Shape } from './criterion.ts';

/** What a client asks for in one search, checked and ready to be carried out. */
export interface ParsedSearch {
  /** The types searched, each with what is asked of its documents; a search below one type has one of them. */
  readonly types: readonly { readonly type: string; readonly criterion: Criterion }[];
  /** Most important first. */
  readonly sort: readonly SortKey[];
  readonly includes: readonly Include[];
  /** `_count` as given: 0 or more. */
  readonly count?: number;
  readonly total?: 'none' | 'estimate' | 'accurate';
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  /** `_elements`: names of top-level members. */
  readonly elements?: readonly string[];
  /** Parameters that were left out, being empty, or unknown to a server that the client is lenient with. */
  readonly ignored: readonly IgnoredParameter[];
}

export interface IgnoredParameter {
  readonly name: string;
  readonly value: string;
  /** A sentence that says so. */
  readonly detail: string;
}

export interface SortKey {
  readonly descending: boolean;
  readonly by:
    | { readonly kind: 'id' | 'last-updated' | 'reviewed' | 'review-time' }
    /** One parameter number for each type searched that has it. Ascending by the lowest value, descending by the highest. */
    | { readonly kind: 'index'; readonly parameters: readonly number[]; readonly shape: Shape };
}

/** `_include` and `_revinclude`. See https://hl7.org/fhir/R4/search.html#revinclude */
export interface Include {
  readonly direction: 'include' | 'revinclude';
  /** The type that holds the reference. */
  readonly source: string;
  /** Numbers of the reference parameters to follow: one, or for `*` all of the source type. */
  readonly parameters: readonly number[];
  /** Only documents of this type are included. */
  readonly target?: string;
  /** Also follow from what was included, until nothing new comes. */
  readonly iterate: boolean;
}
