/** A code of a code system. */
export interface Concept {
  readonly system: string;
  readonly code: string;
}

/** What value sets and code systems say, for `:in`, `:not-in`, `:above` and `:below`. */
export interface Terminology {
  /**
   * The codes of a value set, named by its canonical address or by `ValueSet/id`.
   * Rejects with `search-not-supported` where it is not known, or where not all of its codes can be told.
   */
  valueSet(address: string): Promise<readonly Concept[]>;
  /**
   * A code with all that it subsumes (`below`), or with all that subsume it (`above`).
   * Rejects with `search-not-supported` where the hierarchy of the code system is not known.
   */
  hierarchy(concept: Concept, direction: 'above' | 'below'): Promise<readonly Concept[]>;
}

export type ConceptRequest =
  | { readonly kind: 'value-set'; readonly address: string }
  | { readonly kind: 'above' | 'below'; readonly concept: Concept };

/**
 * The codes that a search asks a terminology for. Reading a search is one pass without waiting: what it asks for is noted,
 * looked up, and then there when it is read again.
 */
export class ConceptLookup {
  readonly #asked = new Map<string, ConceptRequest>();
  readonly #found = new Map<string, readonly Concept[]>();

  /** None before `load`. */
  get(request: ConceptRequest): readonly Concept[] {
    const key = JSON.stringify(request);
    this.#asked.set(key, request);
    return this.#found.get(key) ?? [];
  }

  get isComplete(): boolean {
    return this.#asked.size === this.#found.size;
  }

  async load(terminology: Terminology): Promise<void> {
    for (const [key, request] of this.#asked) {
      const concepts =
        request.kind === 'value-set'
          ? terminology.valueSet(request.address)
          : terminology.hierarchy(request.concept, request.kind);
      this.#found.set(key, await concepts);
    }
  }
}
