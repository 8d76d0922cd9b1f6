import { GatheredRows, type ParameterIndexer } from './gathered-rows.ts';
import type { CompositePart, CompositeRow } from './indexed-values.ts';
import type { SearchParameterComponent } from './search-parameter.ts';

/** The part of a composite that one of its components is. */
export class ComponentIndexer {
  readonly #type: SearchParameterComponent['type'];
  readonly #index: ParameterIndexer;
  readonly #rows = new GatheredRows({}, { texts: false });

  /** `index` adds the rows of the component under the number 0. */
  constructor(type: SearchParameterComponent['type'], index: ParameterIndexer) {
    this.#type = type;
    this.#index = index;
  }

  /** The values that the component has in a repetition of the composite's own expression. */
  partsOf(repetition: unknown, resource: Readonly<Record<string, unknown>>): CompositePart[] {
    const rows = this.#rows;
    rows.resource = resource;
    rows[this.#type].clear();
    this.#index(repetition, rows);
    return PARTS[this.#type](rows);
  }
}

/** So many combinations of one repetition are indexed; a product of lists must not let a small body make millions. */
const MOST_COMBINATIONS = 1000;

/**
 * Adds the rows that one repetition has: one for each combination of its components' values, and none where a component
 * has no value. Real repetitions have a handful; of more than 1000 the first ones count.
 */
export function indexRepetition(
  repetition: unknown,
  components: readonly ComponentIndexer[],
  parameter: number,
  rows: GatheredRows,
): void {
  let combinations: CompositePart[][] = [[]];
  // The last component is the one that most often has no value.
  for (const component of components.toReversed()) {
    const parts = component.partsOf(repetition, rows.resource);
    if (parts.length === 0) return;
    const room = Math.ceil(MOST_COMBINATIONS / combinations.length);
    combinations = parts
      .slice(0, room)
      .flatMap((part) => combinations.map((combination) => [part, ...combination]));
  }
  for (const parts of combinations) rows.composite.add([parameter, ...parts] satisfies CompositeRow);
}

const PARTS: Readonly<Record<SearchParameterComponent['type'], (rows: GatheredRows) => CompositePart[]>> = {
  // A value without a code has nothing that a composite is searched by.
  token: ({ token }) =>
    token.rows.flatMap(([, system, code]) => (code === '' ? [] : [{ token: [system, code] }])),
  string: ({ string }) => string.rows.map(([, folded, exact]) => ({ string: [folded, exact] })),
  date: ({ date }) => date.rows.map(([, from, until]) => ({ date: [from, until] })),
  number: ({ number }) => number.rows.map(([, from, until]) => ({ number: [from, until] })),
  quantity: ({ quantity }) =>
    quantity.rows.map(([, system, code, from, until]) => ({ quantity: [system, code, from, until] })),
  reference: ({ reference }) =>
    reference.rows.flatMap(([, type, id, base, version]) =>
      id === '' && base === '' ? [] : [{ reference: [type, id, base, version] }],
    ),
  uri: ({ uri }) => uri.rows.map(([, value]) => ({ uri: value })),
};
