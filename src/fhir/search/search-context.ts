import type { SearchParameters } from './search-parameters.ts';
import type { ConceptLookup } from './terminology.ts';
import type { CodeCase } from './token-indexers.ts';
import type { Ucum } from './ucum.ts';
import type { ValueKindsOf } from './value-kinds.ts';

/** What the reading of one search has at hand. */
export interface SearchContext {
  readonly parameters: SearchParameters;
  readonly kinds: ValueKindsOf;
  readonly codeCase: CodeCase;
  readonly ucum: Ucum;
  readonly concepts: ConceptLookup;
  /** Milliseconds since the epoch; what `ap` measures from. */
  readonly now: number;
  /** Own addresses, without a slash at the end. */
  readonly bases: readonly string[];
}
