import type { Criterion, RangeTest } from '../search/criterion.ts';
import type { SearchParameters } from '../search/search-parameters.ts';

/** Dates of a person's life, and of the record: all others say when care was given. */
const NO_CARE_DATES: ReadonlySet<string> = new Set([
  ...['_lastUpdated', 'birthdate', 'death-date', 'value-date'],
  ...['modified', 'payment-date', 'recorded', 'recorded-date'],
]);

/** What belongs to one resource, or to all resources, of a type. See https://hl7.org/fhir/R4/compartmentdefinition.html */
export class Compartment {
  /** The type that it is of, for example Patient. */
  readonly name: string;
  readonly #parameters: SearchParameters;
  readonly #members: Readonly<Record<string, readonly string[]>>;

  private constructor(name: string, parameters: SearchParameters) {
    this.name = name;
    this.#parameters = parameters;
    this.#members = parameters.definitions.compartments[name]!;
  }

  /** The compartment of a resource type; undefined for a type that has none. */
  static of(name: string, parameters: SearchParameters): Compartment | undefined {
    return Object.hasOwn(parameters.definitions.compartments, name)
      ? new Compartment(name, parameters)
      : undefined;
  }

  /** The resource types that can be in it, its own among them. */
  get types(): readonly string[] {
    return [...new Set([this.name, ...Object.keys(this.#members)])].sort();
  }

  /**
   * What puts a document of a type into the compartment of the resources with these ids; undefined where nothing does.
   *
   * @param of.ids absent for the compartments of all resources together
   * @param of.bases own addresses: a reference that begins with one counts as relative
   */
  criterion(
    type: string,
    { ids, bases }: { readonly ids?: readonly string[]; readonly bases: readonly string[] },
  ): Criterion | undefined {
    const codes = Object.hasOwn(this.#members, type) ? this.#members[type]! : [];
    const tests = (ids ?? [undefined]).flatMap((id) =>
      ['', ...bases].map((base) => ({
        ...({ kind: 'reference', type: this.name, base } as const),
        ...(id !== undefined && { id }),
      })),
    );
    const of: Criterion[] = codes.flatMap((code) => {
      const parameter = this.#parameters.find(type, code);
      return parameter === undefined ? [] : [{ kind: 'index', parameter: parameter.number, tests }];
    });
    if (type === this.name) of.unshift(ids === undefined ? { kind: 'all', of: [] } : { kind: 'id', ids });
    return of.length === 0 ? undefined : { kind: 'any', of };
  }

  /** What was done to a patient in a stretch of time; a document that has no date of care is in it too. */
  inCareDates(type: string, test: RangeTest): Criterion | undefined {
    const dates = [...this.#parameters.ofType(type).values()].filter(
      (parameter) => parameter.type === 'date' && !NO_CARE_DATES.has(parameter.code),
    );
    if (dates.length === 0) return undefined;
    const undated: Criterion[] = dates.map(({ number }) => ({
      kind: 'not',
      of: { kind: 'present', parameter: number, shape: 'date' },
    }));
    const inRange: Criterion[] = dates.map(({ number }) => ({
      kind: 'index',
      parameter: number,
      tests: [test],
    }));
    return { kind: 'any', of: [...inRange, { kind: 'all', of: undated }] };
  }

  /** Numbers of all reference parameters of a type. */
  references(type: string): readonly number[] {
    return [...this.#parameters.ofType(type).values()]
      .filter((parameter) => parameter.type === 'reference')
      .map(({ number }) => number);
  }
}
