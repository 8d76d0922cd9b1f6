import { readFileSync } from 'node:fs';
import { DISTILLED, distilDefinitions } from '../structure/distil-definitions.ts';

/** What a member of a JSON object is in R4's definitions. */
export interface ElementInfo {
  /** Marked as part of the summary. */
  readonly isSummary: boolean;
  /** At least one is required. */
  readonly isMandatory: boolean;
  /** Where the members of its values are described: a type or the path of an element; undefined for any resource. */
  readonly place: string | undefined;
  /** For a variant of a choice of types, `valueString`: the name of the element without `[x]`. */
  readonly choice: string | undefined;
}

interface Definition {
  readonly snapshot: { readonly element: readonly DefinedElement[] };
}

interface DefinedElement {
  readonly path: string;
  readonly min: number;
  readonly isSummary?: boolean;
  readonly contentReference?: string;
  readonly type?: readonly { readonly code: string }[];
}

/**
 * R4's elements by the names that members of JSON objects have, read when they are first asked for.
 * See https://hl7.org/fhir/R4/elementdefinition.html
 */
export class ElementTable {
  readonly #file: string;
  readonly #places = new Map<string, ReadonlyMap<string, ElementInfo>>();
  #definitions: Readonly<Record<string, string>> | undefined;

  /** @param file distilled definitions */
  constructor(file: string = DISTILLED) {
    this.#file = file;
  }

  /**
   * Members by name of a type (`Patient`, `HumanName`) or of an element that has its own (`Patient.contact`); a choice
   * is there with all its variants (`valueString`). Empty for a place that R4 does not have.
   */
  membersOf(place: string): ReadonlyMap<string, ElementInfo> {
    if (!this.#places.has(place)) this.#read(place.split('.', 1)[0]!);
    return this.#places.get(place) ?? new Map();
  }

  #read(type: string): void {
    const text = this.#texts()[type];
    if (text === undefined) return;
    const { element: elements } = (JSON.parse(text) as Definition).snapshot;
    const parents = new Set(elements.map(({ path }) => parentOf(path)));
    const places = new Map<string, Map<string, ElementInfo>>();
    for (const element of elements.slice(1)) {
      const parent = parentOf(element.path);
      const members = places.get(parent) ?? new Map<string, ElementInfo>();
      places.set(parent, members);
      const isSummary = element.isSummary === true;
      const isMandatory = element.min > 0;
      const choice = element.path.endsWith('[x]') ? nameOf(element.path).slice(0, -3) : undefined;
      for (const [name, place] of variants(element, parents)) {
        members.set(name, { isSummary, isMandatory, place, choice });
      }
    }
    for (const [place, members] of places) this.#places.set(place, members);
  }

  #texts(): Readonly<Record<string, string>> {
    if (this.#definitions === undefined) {
      distilDefinitions(this.#file);
      this.#definitions = JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, string>;
    }
    return this.#definitions;
  }
}

/** The members that an element stands for, each with the place where those of its values are described. */
function variants(
  { path, type = [], contentReference }: DefinedElement,
  parents: ReadonlySet<string>,
): readonly (readonly [name: string, place: string | undefined])[] {
  const name = nameOf(path);
  if (contentReference !== undefined) return [[name, contentReference.slice(1)]];
  if (name.endsWith('[x]')) {
    const stem = name.slice(0, -3);
    return type.map(({ code }) => [stem + code.charAt(0).toUpperCase() + code.slice(1), code]);
  }
  const code = type[0]?.code;
  return [[name, parents.has(path) ? path : code === 'Resource' ? undefined : code]];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}
