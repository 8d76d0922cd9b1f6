import { WarmfhirError } from '../../errors.ts';
import type { Concept, Terminology } from '../search/terminology.ts';
import { CodeHierarchy } from './code-hierarchy.ts';
import type { DefinitionSource, ExpandedConcept, ValueSetDefinition, ValueSetPart } from './definition.ts';

/** More codes than this are not put into one search. */
const MOST_CODES = 50_000;
/** Value sets that use value sets that use value sets. */
const DEEPEST = 20;

/** Finds codes of value sets and code systems. See https://hl7.org/fhir/R4/valueset.html#compositions */
export class ValueSetExpansion implements Terminology {
  readonly #source: DefinitionSource;
  readonly #hierarchies = new Map<string, Promise<CodeHierarchy>>();

  constructor(source: DefinitionSource) {
    this.#source = source;
  }

  async valueSet(address: string): Promise<readonly Concept[]> {
    return [...(await this.#expanded(address, 0)).values()];
  }

  async hierarchy({ system, code }: Concept, direction: 'above' | 'below'): Promise<readonly Concept[]> {
    const hierarchy = await this.#hierarchy(system);
    return hierarchy[direction](code).map((one) => ({ system, code: one }));
  }

  async #expanded(address: string, depth: number): Promise<Codes> {
    if (depth > DEEPEST) throw unsupported(`The value set ${address} uses others without end.`);
    const implicit = await this.#implicit(address);
    if (implicit !== undefined) return implicit;
    const definition = await this.#source.valueSet(address);
    if (definition === undefined) throw unsupported(`The value set ${address} is not known here.`);
    const { compose, expansion } = definition;
    if (compose?.include === undefined) {
      if (expansion?.contains === undefined)
        throw unsupported(`The value set ${address} does not say what it holds.`);
      return complete(address, expansion);
    }
    try {
      const codes = await this.#union(compose.include, depth);
      const excluded = await this.#union(compose.exclude ?? [], depth);
      for (const key of excluded.keys()) codes.delete(key);
      return codes;
    } catch (error) {
      // A stored expansion answers for a definition that cannot be evaluated here.
      if (expansion?.contains !== undefined) return complete(address, expansion);
      throw error;
    }
  }

  /** Value sets that SNOMED CT defines by their address: all, or all below a code. */
  async #implicit(address: string): Promise<Codes | undefined> {
    const match = /^(http:\/\/snomed\.info\/sct)\?fhir_vs(?:=isa\/(\d+))?$/.exec(address);
    if (match === null) return undefined;
    const [, system, code] = match;
    const hierarchy = await this.#hierarchy(system!);
    return codesOf(system!, code === undefined ? hierarchy.codes() : hierarchy.below(code));
  }

  async #union(parts: readonly ValueSetPart[], depth: number): Promise<Codes> {
    const union: Codes = new Map();
    for (const part of parts) {
      for (const [key, concept] of await this.#part(part, depth)) union.set(key, concept);
      if (union.size > MOST_CODES)
        throw unsupported(`A value set with more than ${MOST_CODES} codes is not searched.`);
    }
    return union;
  }

  /** What is in the system, in all of the filters and in all of the value sets. */
  async #part({ system, concept, filter, valueSet }: ValueSetPart, depth: number): Promise<Codes> {
    const sets: Codes[] = [];
    if (system !== undefined) {
      if (concept !== undefined)
        sets.push(
          codesOf(
            system,
            concept.flatMap(({ code }) => code ?? []),
          ),
        );
      else {
        const hierarchy = await this.#hierarchy(system);
        if (filter === undefined) sets.push(codesOf(system, hierarchy.codes()));
        else sets.push(...filter.map((one) => codesOf(system, hierarchy.filtered(one))));
      }
    }
    for (const address of valueSet ?? []) sets.push(await this.#expanded(address, depth + 1));
    const [first, ...others] = sets;
    if (first === undefined) return new Map();
    return new Map([...first].filter(([key]) => others.every((other) => other.has(key))));
  }

  #hierarchy(system: string): Promise<CodeHierarchy> {
    let found = this.#hierarchies.get(system);
    if (found === undefined) {
      found = this.#source.codeSystem(system).then((definition) => {
        if (definition === undefined) throw unsupported(`The codes of ${system} are not known here.`);
        return new CodeHierarchy(system, definition);
      });
      this.#hierarchies.set(system, found);
    }
    return found;
  }
}

/** Each code once, by system and code. */
type Codes = Map<string, Concept>;

function codesOf(system: string, codes: readonly string[]): Codes {
  return new Map(codes.map((code) => [`${system}|${code}`, { system, code }]));
}

function complete(address: string, expansion: NonNullable<ValueSetDefinition['expansion']>): Codes {
  const codes: Codes = new Map();
  let held = 0;
  const walk = (concepts: readonly ExpandedConcept[]): void => {
    for (const { system = '', code, abstract, contains } of concepts) {
      held += 1;
      if (code !== undefined && abstract !== true) codes.set(`${system}|${code}`, { system, code });
      walk(contains ?? []);
    }
  };
  walk(expansion.contains ?? []);
  if (expansion.total !== undefined && expansion.total > held) {
    throw unsupported(`The value set ${address} is held with a part of its codes only.`);
  }
  return codes;
}

function unsupported(detail: string): WarmfhirError {
  return new WarmfhirError('search-not-supported', detail);
}
