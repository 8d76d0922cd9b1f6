/** The kinds of value that a search parameter matches. See https://hl7.org/fhir/R4/search.html#ptypes */
export type SearchParameterType =
  | 'string'
  | 'token'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special';

/** One search parameter of R4 as it applies to one resource type. */
export interface SearchParameter {
  /** The resource type that it is used on. */
  readonly resourceType: string;
  /** Its name in a query, for example `birthdate`. */
  readonly code: string;
  readonly type: SearchParameterType;
  /** Canonical address of its definition. */
  readonly url: string;
  /** FHIRPath that selects its values, less the parts that are about other resource types. */
  readonly expression: string;
  /**
   * What index rows call it: unique over all pairs of resource type and parameter, so a row with it needs no resource
   * type. Stable, because R4 is frozen: `resourceTypeCode(type) * 256 + position`.
   */
  readonly number: number;
  /** Resource types that a reference may lead to; empty for other types. */
  readonly targets: readonly string[];
  /** Parts of a composite in order; empty for other types. */
  readonly components: readonly SearchParameterComponent[];
}

export interface SearchParameterComponent {
  readonly type: Exclude<SearchParameterType, 'composite' | 'special'>;
  /** FHIRPath relative to the value of the composite's own expression. */
  readonly expression: string;
}
