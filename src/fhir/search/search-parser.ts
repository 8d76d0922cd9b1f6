import { WarmfhirError } from '../../errors.ts';
import { isResourceType } from '../resource-type.ts';
import type { Criterion } from './criterion.ts';
import { codeCase } from './extraction.ts';
import { includes } from './include-parameter.ts';
import { UnknownModifier } from './modifiers.ts';
import { parameterCriterion } from './parameter-criterion.ts';
import type { IgnoredParameter, Include, ParsedSearch } from './parsed-search.ts';
import { count, elements, summary, total } from './result-parameters.ts';
import type { SearchContext } from './search-context.ts';
import { SearchParameters } from './search-parameters.ts';
import { invalidValue, shown } from './search-value.ts';
import { sortKeys } from './sort-parameter.ts';
import { ConceptLookup, type Terminology } from './terminology.ts';
import { Ucum } from './ucum.ts';
import { ValueKindsOf } from './value-kinds.ts';

/** What a search is about beside its parameters. */
export interface SearchScope {
  /** The types that are searched; those of `_type` where the address names none. */
  readonly types: readonly string[];
  /** True where the address names the type, so that `_type` has no place. */
  readonly typed: boolean;
  /** True when unknown parameters are left out (`Prefer: handling=lenient`). */
  readonly lenient: boolean;
  /** Milliseconds since the epoch; what `ap` measures from. */
  readonly now: number;
  /** The server's own addresses, without a slash at the end: references that begin with one count as relative. */
  readonly bases: readonly string[];
}

/** Parameters as they are sent, decoded, in their order. */
export type SentParameters = Iterable<readonly [name: string, value: string]>;

/** What is read once at most. */
const ONCE: ReadonlySet<string> = new Set(['_sort', '_count', '_total', '_summary', '_elements', '_type']);
const NO_CRITERION: ReadonlySet<string> = new Set([...ONCE, '_include', '_revinclude']);
const UNSUPPORTED: Readonly<Record<string, string>> = {
  _filter: 'This server does not read _filter expressions.',
  _containedType: 'This server does not search contained resources (_containedType).',
  _score: 'This server gives matches no score (_score).',
  _contained: 'This server does not search contained resources: _contained can only be false.',
};

/**
 * Reads searches by R4's grammar. Nothing that a client asks for is left out in silence: a parameter without a value is, as
 * R4 has it, and the result names it.
 * See https://hl7.org/fhir/R4/search.html
 */
export class SearchParser {
  readonly #shared: Omit<SearchContext, 'concepts' | 'now' | 'bases'>;

  constructor(parameters: SearchParameters = new SearchParameters(), ucum: Ucum = new Ucum()) {
    const { definitions } = parameters;
    this.#shared = {
      parameters,
      kinds: new ValueKindsOf(definitions),
      codeCase: codeCase(definitions.caseSensitive),
      ucum,
    };
  }

  /**
   * Reads the parameters of a search. `_format` and `_pretty` are not part of it and have to be taken out before.
   *
   * @param terminology asked for what `:in`, `:not-in`, `:above` and `:below` name
   * @throws parameter-unknown (unless lenient), parameter-invalid, search-not-supported
   */
  async parse(sent: SentParameters, scope: SearchScope, terminology: Terminology): Promise<ParsedSearch> {
    const parameters = [...sent];
    const concepts = new ConceptLookup();
    for (;;) {
      const parsed = this.#read(parameters, scope, concepts);
      if (concepts.isComplete) return parsed;
      await concepts.load(terminology);
    }
  }

  #read(
    sent: readonly (readonly [string, string])[],
    scope: SearchScope,
    concepts: ConceptLookup,
  ): ParsedSearch {
    const { now, bases } = scope;
    const context: SearchContext = { ...this.#shared, concepts, now, bases };
    const once = single(sent);
    const types = this.#types(once.get('_type'), scope);
    const criteria: Criterion[][] = types.map(() => []);
    const found: Include[] = [];
    const ignored: IgnoredParameter[] = [];
    for (const [key, value] of sent) {
      if (ONCE.has(key) && value !== '') continue;
      try {
        const [name, modifier] = key.split(':') as [string, string | undefined];
        if (value === '' && modifier === undefined && NO_CRITERION.has(name)) throw empty(name);
        if (ONCE.has(name)) throw new UnknownModifier(name, modifier!, []);
        requireSupported(name, value);
        if (name === '_contained') continue;
        if (name === '_include' || name === '_revinclude') {
          const direction = name === '_include' ? 'include' : 'revinclude';
          found.push(...includes(direction, modifier, value, types, context));
          continue;
        }
        const read = types.map((type) => parameterCriterion(type, key, value, context));
        for (const [index, criterion] of read.entries()) criteria[index]!.push(criterion);
      } catch (error) {
        ignored.push(leftOut(key, value, error, scope.lenient));
      }
    }
    return {
      types: types.map((type, index) => ({ type, criterion: conjunction(criteria[index]!) })),
      sort: [],
      includes: found,
      ...this.#results(once, types, context, scope.lenient, ignored),
      ignored,
    };
  }

  #results(
    once: ReadonlyMap<string, string>,
    types: readonly string[],
    context: SearchContext,
    lenient: boolean,
    ignored: IgnoredParameter[],
  ): Partial<ParsedSearch> {
    const read = <Value>(name: string, reader: (value: string) => Value): Value | undefined => {
      const value = once.get(name);
      if (value === undefined) return undefined;
      try {
        return reader(value);
      } catch (error) {
        ignored.push(leftOut(name, value, error, lenient));
        return undefined;
      }
    };
    const sort = read('_sort', (value) => sortKeys(value, types, context));
    const limit = read('_count', count);
    const totalAsked = read('_total', total);
    const summaryAsked = read('_summary', summary);
    const named = read('_elements', (value) => elements(value, types, context));
    return {
      ...(sort !== undefined && { sort }),
      ...(limit !== undefined && { count: limit }),
      ...(totalAsked !== undefined && { total: totalAsked }),
      ...(summaryAsked !== undefined && { summary: summaryAsked }),
      ...(named !== undefined && { elements: named }),
    };
  }

  #types(asked: string | undefined, { types, typed }: SearchScope): readonly string[] {
    if (asked === undefined) return types;
    if (typed)
      throw new WarmfhirError(
        'parameter-invalid',
        `The address names ${types.join(', ')}: _type has no place here.`,
      );
    const names = [...new Set(asked.split(','))];
    for (const name of names) {
      if (!isResourceType(name)) throw invalidValue('_type', name, 'a resource type of FHIR R4');
      if (!types.includes(name)) throw invalidValue('_type', name, 'a type that is searched here');
    }
    return names;
  }
}

/** Values of what is read once at most. Throws `parameter-invalid`. */
function single(sent: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of sent) {
    if (!ONCE.has(name) || value === '') continue;
    if (found.has(name))
      throw new WarmfhirError('parameter-invalid', `The parameter ${name} is given twice.`);
    found.set(name, value);
  }
  return found;
}

function requireSupported(name: string, value: string): void {
  if (!Object.hasOwn(UNSUPPORTED, name) || (name === '_contained' && value === 'false')) return;
  throw new WarmfhirError('search-not-supported', UNSUPPORTED[name]!);
}

function empty(name: string): WarmfhirError {
  return new WarmfhirError('parameter-empty', `The parameter ${name} has no value.`);
}

/**
 * A lenient client does without parameters that are unknown, every one without those that are empty
 * (https://hl7.org/fhir/R4/search.html#errors); all else is an error.
 */
function leftOut(name: string, value: string, error: unknown, lenient: boolean): IgnoredParameter {
  if (!(error instanceof WarmfhirError)) throw error;
  if (error.code !== 'parameter-empty' && !(lenient && error.code === 'parameter-unknown')) throw error;
  return { name, value, detail: `The parameter ${shown(name)} was ignored: ${error.detail}` };
}

function conjunction(of: readonly Criterion[]): Criterion {
  return of.length === 1 ? of[0]! : { kind: 'all', of };
}
