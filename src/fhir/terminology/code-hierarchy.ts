import { WarmfhirError } from '../../errors.ts';
import type { CodeSystemDefinition, ConceptDefinition, ConceptFilter } from './definition.ts';

interface Node {
  readonly code: string;
  readonly parents: Set<string>;
  readonly children: Set<string>;
  /** Values of properties by their names, as text. */
  readonly properties: Map<string, string[]>;
}

/** Properties that name concepts above and below. See https://hl7.org/fhir/R4/codesystem-concept-properties.html */
const PARENT: ReadonlySet<string> = new Set(['parent', 'subsumedBy']);
const CHILD = 'child';

/** The codes of a code system and which of them subsume which. */
export class CodeHierarchy {
  readonly system: string;
  readonly #nodes = new Map<string, Node>();
  readonly #isSubsumption: boolean;

  /** Throws `search-not-supported` for a code system that does not hold all of its codes. */
  constructor(system: string, { content, hierarchyMeaning, concept }: CodeSystemDefinition) {
    this.system = system;
    this.#isSubsumption = hierarchyMeaning === undefined || hierarchyMeaning === 'is-a';
    if (content !== 'complete') {
      throw new WarmfhirError(
        'search-not-supported',
        `The code system ${system} is held without all of its codes.`,
      );
    }
    for (const one of list<ConceptDefinition>(concept)) this.#add(one, undefined);
    for (const node of this.#nodes.values()) this.#link(node);
  }

  codes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** A code with all that it subsumes. Throws `search-not-supported` where the hierarchy means something else. */
  below(code: string): readonly string[] {
    return this.#closure(code, (node) => node.children);
  }

  /** A code with all that subsume it. Throws as `below`. */
  above(code: string): readonly string[] {
    return this.#closure(code, (node) => node.parents);
  }

  /** The codes that a filter of a value set lets through. Throws `search-not-supported` for one that cannot be told. */
  filtered({ property = '', op = '', value = '' }: ConceptFilter): readonly string[] {
    switch (op) {
      case 'is-a':
        return this.below(value);
      case 'descendent-of':
        return this.below(value).filter((code) => code !== value);
      case 'is-not-a': {
        const below = new Set(this.below(value));
        return this.codes().filter((code) => !below.has(code));
      }
      case 'generalizes':
        return this.above(value);
      case '=':
        return this.#where((node) => valuesOf(node, property).includes(value));
      case 'in':
      case 'not-in': {
        const values = value.split(',').map((one) => one.trim());
        return this.#where(
          (node) => valuesOf(node, property).some((one) => values.includes(one)) === (op === 'in'),
        );
      }
      case 'exists':
        return this.#where((node) => valuesOf(node, property).length > 0 === (value !== 'false'));
      default:
        throw new WarmfhirError(
          'search-not-supported',
          `Filters with ${op} on ${this.system} are not evaluated.`,
        );
    }
  }

  #where(test: (node: Node) => boolean): string[] {
    return [...this.#nodes.values()].filter(test).map(({ code }) => code);
  }

  #add({ code, concept, property }: ConceptDefinition, parent: string | undefined): void {
    if (typeof code !== 'string') return;
    const node: Node = this.#nodes.get(code) ?? {
      code,
      parents: new Set(),
      children: new Set(),
      properties: new Map(),
    };
    this.#nodes.set(code, node);
    if (parent !== undefined) node.parents.add(parent);
    for (const { code: name, ...value } of list<Readonly<Record<string, unknown>>>(property)) {
      const [held] = Object.values(value);
      const said = typeof held === 'object' && held !== null ? (held as { code?: unknown }).code : held;
      if (typeof name === 'string')
        node.properties.set(name, [...(node.properties.get(name) ?? []), String(said)]);
    }
    for (const one of list<ConceptDefinition>(concept)) this.#add(one, code);
  }

  #link(node: Node): void {
    for (const [name, codes] of node.properties) {
      if (PARENT.has(name)) for (const code of codes) node.parents.add(code);
      if (name === CHILD) for (const code of codes) this.#nodes.get(code)?.parents.add(node.code);
    }
    for (const parent of node.parents) this.#nodes.get(parent)?.children.add(node.code);
  }

  #closure(code: string, next: (node: Node) => ReadonlySet<string>): string[] {
    if (!this.#isSubsumption) {
      throw new WarmfhirError(
        'search-not-supported',
        `The hierarchy of the code system ${this.system} is not one of meaning.`,
      );
    }
    if (!this.#nodes.has(code)) {
      throw new WarmfhirError(
        'parameter-invalid',
        `The code system ${this.system} has no code ${JSON.stringify(code)}.`,
      );
    }
    const found = new Set([code]);
    // A set is walked in the order of adding, what is added meanwhile included.
    for (const one of found)
      for (const other of next(this.#nodes.get(one)!)) if (this.#nodes.has(other)) found.add(other);
    return [...found];
  }
}

/** The code itself is what filters call `code` or `concept`. */
function valuesOf({ code, properties, parents, children }: Node, property: string): readonly string[] {
  if (property === 'code' || property === 'concept') return [code];
  if (property === 'parent') return [...parents];
  if (property === CHILD) return [...children];
  return properties.get(property) ?? [];
}

/** What is stored is structurally valid in a tenant, but not in a source that was ingested. */
function list<Item>(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
