import { readFileSync } from 'node:fs';
import { isResourceType, RESOURCE_TYPES, resourceTypeCode, resourceTypeOfCode } from '../resource-type.ts';
import type { Shape } from './criterion.ts';
import { DISTILLED_SEARCH, type DistilledParameter, type DistilledSearch } from './distil-search.ts';
import type { SearchParameter, SearchParameterComponent, SearchParameterType } from './search-parameter.ts';

/** Types whose resources have no narrative; all others are a DomainResource too. */
const NO_DOMAIN_RESOURCE: ReadonlySet<string> = new Set(['Binary', 'Bundle', 'Parameters']);

/** Numbers of one resource type lie between two multiples of it. */
const NUMBERS_PER_TYPE = 256;

/**
 * All search parameters of R4, for every resource type those of its own and those of `Resource` and `DomainResource`.
 * See https://hl7.org/fhir/R4/searchparameter-registry.html
 */
export class SearchParameters {
  readonly definitions: DistilledSearch;
  readonly #byUrl: ReadonlyMap<string, DistilledParameter>;
  readonly #byType = new Map<string, ReadonlyMap<string, SearchParameter>>();
  readonly #byBase = new Map<string, DistilledParameter[]>();

  constructor(path: string = DISTILLED_SEARCH) {
    this.definitions = JSON.parse(readFileSync(path, 'utf8')) as DistilledSearch;
    this.#byUrl = new Map(this.definitions.parameters.map((definition) => [definition.url, definition]));
    for (const definition of this.definitions.parameters) {
      for (const base of Object.keys(definition.bases)) {
        const definitions = this.#byBase.get(base);
        if (definitions === undefined) this.#byBase.set(base, [definition]);
        else definitions.push(definition);
      }
    }
  }

  /** The parameters of a type by their names, in alphabetical order. Empty for a name that is no resource type. */
  ofType(type: string): ReadonlyMap<string, SearchParameter> {
    let found = this.#byType.get(type);
    if (found === undefined) {
      found = isResourceType(type) ? this.#parametersOf(type) : new Map();
      this.#byType.set(type, found);
    }
    return found;
  }

  /** The parameter that a type has under a name. */
  find(type: string, code: string): SearchParameter | undefined {
    return this.ofType(type).get(code);
  }

  /** The parameter that index rows call by this number. */
  ofNumber(number: number): SearchParameter | undefined {
    const code = Math.floor(number / NUMBERS_PER_TYPE);
    if (code < 1 || code > RESOURCE_TYPES.length) return undefined;
    return [...this.ofType(resourceTypeOfCode(code)).values()][number % NUMBERS_PER_TYPE];
  }

  #parametersOf(resourceType: string): ReadonlyMap<string, SearchParameter> {
    const bases = [resourceType, 'Resource'];
    if (!NO_DOMAIN_RESOURCE.has(resourceType)) bases.push('DomainResource');
    const first = resourceTypeCode(resourceType) * NUMBERS_PER_TYPE;
    return new Map(
      bases
        .flatMap((base) => (this.#byBase.get(base) ?? []).map((definition) => ({ definition, base })))
        .sort((a, b) => (a.definition.code < b.definition.code ? -1 : 1))
        .map(({ definition, base }, position) => {
          const { code, type, url } = definition;
          const expression = definition.bases[base]!;
          const parameter: SearchParameter = {
            resourceType,
            code,
            type: type as SearchParameterType,
            url,
            expression,
            number: first + position,
            targets: type === 'reference' ? targetsOf(definition, expression) : [],
            components: definition.components.map((component) => this.#component(component)),
          };
          return [code, parameter];
        }),
    );
  }

  #component({ definition, expression }: DistilledParameter['components'][number]): SearchParameterComponent {
    const type = this.#byUrl.get(definition)!.type as SearchParameterComponent['type'];
    return { type, expression };
  }
}

/** Where the index rows of a parameter are kept; undefined for one that has none. */
export function shapeOf(parameter: SearchParameter): Shape | undefined {
  // A position is kept as a composite of latitude and longitude.
  if (parameter.code === 'near') return 'composite';
  return parameter.expression === '' || parameter.type === 'special' ? undefined : parameter.type;
}

/** An expression that looks at the target's type says it best. */
function targetsOf({ targets }: DistilledParameter, expression: string): readonly string[] {
  const asked = [...expression.matchAll(/resolve\(\) is ([A-Za-z]+)/g)].map((match) => match[1]!);
  return asked.length > 0 ? [...new Set(asked)] : (targets ?? RESOURCE_TYPES);
}
