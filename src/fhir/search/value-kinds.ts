import type { DistilledSearch } from './distil-search.ts';
import type { SearchParameter } from './search-parameter.ts';
import { routesOf, type ValueRoute } from './value-route.ts';

/** What the values of a search parameter are. */
export interface ValueKinds {
  /** Names of FHIR types. */
  readonly types: ReadonlySet<string>;
  /** Code systems that values of type `code` have without naming them. */
  readonly codeSystems: ReadonlySet<string>;
}

/** Knows the kinds of values of search parameters and of the components of composites; finds each out once. */
export class ValueKindsOf {
  readonly #definitions: DistilledSearch;
  readonly #kinds = new Map<number, readonly ValueKinds[]>();

  constructor(definitions: DistilledSearch) {
    this.#definitions = definitions;
  }

  parameter(parameter: SearchParameter): ValueKinds {
    return this.#of(parameter)[0]!;
  }

  /** @param position of the component in its composite, from 0 */
  component(parameter: SearchParameter, position: number): ValueKinds {
    return this.#of(parameter)[position + 1]!;
  }

  #of(parameter: SearchParameter): readonly ValueKinds[] {
    const known = this.#kinds.get(parameter.number);
    if (known !== undefined) return known;
    const { elements } = this.#definitions;
    const routes = routesOf(parameter.expression, parameter.resourceType, elements);
    const found = [
      this.#kindsOf(routes),
      ...parameter.components.map(({ expression }) =>
        this.#kindsOf(
          routes === 'engine'
            ? routes
            : routes.flatMap(({ type }) => plain(routesOf(expression, type, elements))),
        ),
      ),
    ];
    this.#kinds.set(parameter.number, found);
    return found;
  }

  #kindsOf(routes: readonly ValueRoute[] | 'engine'): ValueKinds {
    // The only expression that R4 leaves to the engine is of truth values.
    if (routes === 'engine') return { types: new Set(['boolean']), codeSystems: new Set() };
    const systems = routes.flatMap(({ type, element }) =>
      type === 'code' ? [this.#definitions.codeSystems[element] ?? ''] : [],
    );
    return { types: new Set(routes.map(({ type }) => type)), codeSystems: new Set(systems) };
  }
}

function plain(routes: readonly ValueRoute[] | 'engine'): readonly ValueRoute[] {
  return routes === 'engine' ? [] : routes;
}
