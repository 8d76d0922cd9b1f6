import { isResourceType } from '../resource-type.ts';
import { REVIEW_SYSTEM } from '../review-state.ts';
import { GatheredRows, members, type ParameterIndexer } from './gathered-rows.ts';
import type { IndexedValues } from './indexed-values.ts';
import { type IndexerContext, parameterIndexer } from './parameter-indexer.ts';
import { SearchParameters } from './search-parameters.ts';
import type { CodeCase } from './token-indexers.ts';
import { Ucum } from './ucum.ts';

/** What every document is found by without index rows. */
const COLUMNS: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** Extracts what resources are found by. Compiles the parameters of a resource type once, at its first resource. */
export class Extraction {
  readonly #parameters: SearchParameters;
  readonly #context: IndexerContext;
  readonly #byType = new Map<string, readonly ParameterIndexer[]>();

  constructor(parameters: SearchParameters = new SearchParameters(), ucum: Ucum = new Ucum()) {
    const { definitions } = parameters;
    this.#parameters = parameters;
    this.#context = { definitions, codeCase: codeCase(definitions.caseSensitive), ucum };
  }

  /**
   * The index rows of a resource (parsed JSON), for all search parameters of its type. What is not as R4 has it gives no
   * row and no error. Review state is left out, because a store knows it by other means.
   */
  indexedValues(resource: Readonly<Record<string, unknown>>): IndexedValues {
    const rows = new GatheredRows(resource);
    for (const index of this.#indexersOf(resource.resourceType)) index(resource, rows);
    return rows.values();
  }

  #indexersOf(type: unknown): readonly ParameterIndexer[] {
    if (typeof type !== 'string' || !isResourceType(type)) return [];
    let indexers = this.#byType.get(type);
    if (indexers === undefined) {
      indexers = [...this.#parameters.ofType(type).values()]
        .filter(({ code }) => !COLUMNS.has(code))
        .flatMap((parameter) => {
          const indexer = parameterIndexer(parameter, this.#context);
          if (indexer === undefined) return [];
          return [parameter.code === '_tag' ? withoutReviewTags(indexer) : indexer];
        });
      this.#byType.set(type, indexers);
    }
    return indexers;
  }
}

/** In doubt the case of a code does not count. */
export function codeCase(caseSensitive: readonly string[]): CodeCase {
  const sensitive = new Set(caseSensitive);
  return {
    compared: (system, code) => (sensitive.has(system) ? code : code.toLowerCase()),
  };
}

/** A source may hold the tag that only a review may set; it is cut out of what is stored. */
function withoutReviewTags(index: ParameterIndexer): ParameterIndexer {
  return (resource, rows) => {
    const { meta, ...rest } = members(resource);
    const { tag } = members(meta);
    if (!Array.isArray(tag)) return index(resource, rows);
    const kept = tag.filter((item) => members(item).system !== REVIEW_SYSTEM);
    return kept.length === tag.length
      ? index(resource, rows)
      : index({ ...rest, meta: { ...members(meta), tag: kept } }, rows);
  };
}
