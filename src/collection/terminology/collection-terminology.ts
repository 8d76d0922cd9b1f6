import { isResourceId } from '../../fhir/resource-id.ts';
import type { SearchParameters } from '../../fhir/search/search-parameters.ts';
import type {
  CodeSystemDefinition,
  DefinitionSource,
  ValueSetDefinition,
} from '../../fhir/terminology/definition.ts';
import type { CollectionStore } from '../../store/store.ts';

/** A version of a definition is looked for among so many of the same address. */
const MOST_VERSIONS = 50;

/**
 * The value sets and code systems of one tenant's collection, and behind them those that R4 defines. Ask for a new one for
 * each search: a collection changes.
 */
export class CollectionTerminology implements DefinitionSource {
  readonly #store: Pick<CollectionStore, 'read' | 'search'>;
  readonly #parameters: SearchParameters;
  readonly #behind: DefinitionSource;

  constructor(
    store: Pick<CollectionStore, 'read' | 'search'>,
    parameters: SearchParameters,
    behind: DefinitionSource,
  ) {
    this.#store = store;
    this.#parameters = parameters;
    this.#behind = behind;
  }

  /** Also by `ValueSet/id`. */
  async valueSet(address: string): Promise<ValueSetDefinition | undefined> {
    const id = /^(?:ValueSet\/)(.+)$/.exec(address)?.[1];
    if (id !== undefined && isResourceId(id)) {
      const found = await this.#store.read('ValueSet', id);
      return found === undefined || found.deleted
        ? undefined
        : (JSON.parse(found.json) as ValueSetDefinition);
    }
    const found = await this.#newest<ValueSetDefinition>('ValueSet', address);
    return found ?? this.#behind.valueSet(address);
  }

  async codeSystem(address: string): Promise<CodeSystemDefinition | undefined> {
    const found = await this.#newest<CodeSystemDefinition>('CodeSystem', address);
    return found ?? this.#behind.codeSystem(address);
  }

  async #newest<Definition extends { readonly version?: string }>(
    type: string,
    address: string,
  ): Promise<Definition | undefined> {
    const [uri, version] = address.split('|');
    const parameter = this.#parameters.find(type, 'url')!.number;
    const { matches } = await this.#store.search({
      types: [
        {
          type,
          criterion: { kind: 'index', parameter, tests: [{ kind: 'uri', mode: 'exact', uri: uri! }] },
        },
      ],
      sort: [],
      count: version === undefined ? 1 : MOST_VERSIONS,
      total: 'none',
      includes: [],
    });
    const definitions = matches.map(({ json }) => JSON.parse(json) as Definition);
    return definitions.find((one) => version === undefined || one.version === version);
  }
}
