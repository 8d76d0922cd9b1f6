import { WarmfhirError } from '../../errors.ts';
import { nearest } from '../../fhir/nearest.ts';
import { shown } from '../../fhir/search/search-value.ts';
import type { ElementTable } from '../../fhir/subset/element-table.ts';
import { type Subset, subsetOf } from '../../fhir/subset/subset.ts';

const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const;

/** What asks for a part of resources. */
export const SUBSET_PARAMETERS = ['_summary', '_elements'];

export type Summary = (typeof SUMMARIES)[number];

/**
 * The part of resources that `_summary` and `_elements` of a request ask for.
 * See https://hl7.org/fhir/R4/search.html#summary
 */
export class SubsetRequest {
  readonly summary: Summary | undefined;
  readonly #table: ElementTable;
  /** For all types, or for some. */
  readonly #subset: Subset | ReadonlyMap<string, Subset> | undefined;

  /**
   * @param request.summary values of `_summary`
   * @param request.elements values of `_elements`
   * @param request.types of the resources asked for; an element without a type in front of it is one of theirs
   * @throws parameter-invalid
   */
  constructor(request: {
    readonly summary: readonly string[];
    readonly elements: readonly string[];
    readonly types: readonly string[];
    readonly table: ElementTable;
  }) {
    const { types, table } = request;
    this.#table = table;
    this.summary = summaryOf(request.summary);
    const names = request.elements.flatMap((list) => list.split(','));
    if (names.length === 0) {
      this.#subset = summarySubset(this.summary);
    } else if (summarySubset(this.summary) !== undefined) {
      throw new WarmfhirError('parameter-invalid', 'Send either _summary or _elements, not both.');
    } else {
      this.#subset = elementSubsets(names, types, table);
    }
  }

  /** True when resources are given whole. */
  get isWhole(): boolean {
    return this.#subset === undefined;
  }

  /** What the client gets of a stored resource. */
  of(json: string, type: string): string {
    const subset =
      this.#subset instanceof Map ? this.#subset.get(type) : (this.#subset as Subset | undefined);
    return subset === undefined ? json : subsetOf(json, type, subset, this.#table);
  }
}

function summaryOf(values: readonly string[]): Summary | undefined {
  if (values.length > 1) {
    throw new WarmfhirError('parameter-invalid', 'The parameter _summary is given twice.');
  }
  const summary = SUMMARIES.find((known) => known === values[0]);
  if (values.length === 1 && summary === undefined) {
    throw new WarmfhirError('parameter-invalid', `The parameter _summary is one of ${SUMMARIES.join(', ')}.`);
  }
  return summary;
}

function summarySubset(summary: Summary | undefined): Subset | undefined {
  switch (summary) {
    case 'true':
      return { kind: 'summary' };
    case 'text':
    case 'data':
      return { kind: summary };
    default:
      return undefined;
  }
}

function elementSubsets(
  names: readonly string[],
  types: readonly string[],
  table: ElementTable,
): ReadonlyMap<string, Subset> {
  const byType = new Map<string, Set<string>>(types.map((type) => [type, new Set()]));
  for (const name of names) {
    const dot = name.indexOf('.');
    const [asked, element] = dot < 0 ? [types, name] : [[name.slice(0, dot)], name.slice(dot + 1)];
    const found = asked.flatMap((type) => membersNamed(element, type, table).map((member) => [type, member]));
    if (found.length === 0) throw unknownElement(name, element, asked, table);
    for (const [type, member] of found) byType.set(type!, (byType.get(type!) ?? new Set()).add(member!));
  }
  return new Map([...byType].map(([type, members]) => [type, { kind: 'elements', names: members }]));
}

/** `value` and `value[x]` name all variants of a choice. */
function membersNamed(element: string, type: string, table: ElementTable): string[] {
  const stem = element.endsWith('[x]') ? element.slice(0, -3) : element;
  return [...table.membersOf(type)]
    .filter(([name, { choice }]) => name === element || choice === stem)
    .map(([name]) => name);
}

function unknownElement(
  name: string,
  element: string,
  types: readonly string[],
  table: ElementTable,
): WarmfhirError {
  const known = new Set(
    types.flatMap((type) => [...table.membersOf(type)].map(([member, { choice }]) => choice ?? member)),
  );
  const near = nearest(element, [...known]);
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  return new WarmfhirError(
    'parameter-invalid',
    `The parameter _elements names ${shown(name)}, which is no element of the resource.${hint}`,
  );
}
