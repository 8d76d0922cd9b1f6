/**
 * What a search asks of a document, as data that any store engine can carry out: parsed, checked, with value sets and code
 * hierarchies already put in. See https://hl7.org/fhir/R4/search.html
 */
export type Criterion =
  | { readonly kind: 'all'; readonly of: readonly Criterion[] }
  | { readonly kind: 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  /** The document has a value for the parameter (`:missing=false`). */
  | { readonly kind: 'present'; readonly parameter: number; readonly shape: Shape }
  /** Some index row of the parameter satisfies one of the tests. */
  | { readonly kind: 'index'; readonly parameter: number; readonly tests: readonly Test[] }
  | { readonly kind: 'composite'; readonly parameter: number; readonly tests: readonly (readonly Test[])[] }
  /** A reference of the parameter leads to a document of `type` that satisfies `of` (chaining). */
  | { readonly kind: 'chain'; readonly parameter: number; readonly type: string; readonly of: Criterion }
  /** A document of `type` that satisfies `of` refers to this one by its `parameter` (`_has`, `_list`). */
  | { readonly kind: 'has'; readonly type: string; readonly parameter: number; readonly of: Criterion }
  /** What every document has, whatever its type. */
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  | { readonly kind: 'last-updated'; readonly test: RangeTest }
  | { readonly kind: 'reviewed'; readonly reviewed: boolean }
  | { readonly kind: 'review-time'; readonly test: RangeTest }
  /**
   * All of the words stand in the narrative (`_text`), which has to be there, or anywhere in the content (`_content`). Folded.
   */
  | { readonly kind: 'words'; readonly in: 'text' | 'content'; readonly words: readonly string[] };

/** Where index rows of a parameter are kept: one table each. */
export type Shape = 'token' | 'string' | 'date' | 'number' | 'quantity' | 'reference' | 'uri' | 'composite';

/** A condition on one index row. */
export type Test =
  | TokenTest
  | { readonly kind: 'token-text'; readonly folded: string }
  | { readonly kind: 'identifier'; readonly system?: string; readonly code?: string }
  | StringTest
  | RangeTest
  | QuantityTest
  | ReferenceTest
  | UriTest;

/** Absent `system` or `code`: any; `system: ''`: none. */
export interface TokenTest {
  readonly kind: 'token';
  readonly system?: string;
  readonly code?: string;
}

/** `exact` compares the value as it was written, the others the folded one. */
export interface StringTest {
  readonly kind: 'string';
  readonly mode: 'prefix' | 'exact' | 'contains';
  readonly text: string;
}

/**
 * How a value's range [from, until) stands to the range of the search value; R4's own definitions.
 * `ap` arrives widened, as `overlaps`. See https://hl7.org/fhir/R4/search.html#prefix
 */
export type RangeComparison = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'overlaps';

export interface RangeTest {
  readonly kind: 'range';
  readonly comparison: RangeComparison;
  readonly from: number;
  readonly until: number;
}

/**
 * Absent `system`: any but UCUM_BASE; absent `code`: any unit. A value in UCUM arrives converted, with `system` = UCUM_BASE.
 */
export interface QuantityTest {
  readonly kind: 'quantity';
  readonly system?: string;
  readonly code?: string;
  readonly range: RangeTest;
}

/** Each member given must equal the row's. */
export interface ReferenceTest {
  readonly kind: 'reference';
  readonly type?: string;
  readonly id?: string;
  readonly base?: string;
  readonly version?: string;
}

/** `below`: the value or an address under it; `above`: the value or an address over it. */
export interface UriTest {
  readonly kind: 'uri';
  readonly mode: 'exact' | 'above' | 'below';
  readonly uri: string;
}
