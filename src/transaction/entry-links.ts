import { isResourceType } from '../fhir/resource-type.ts';
import type { LinkKind } from '../fhir/structure/link-rewriter.ts';
import type { Lookups } from './entry-target.ts';
import { type Criteria, criteriaKey } from './transaction-plan.ts';

/** A conditional reference that stands in a resource of a transaction. */
export interface AskedReference extends Criteria {
  /** Position of the first entry that has it. */
  readonly index: number;
  /** Of what was put in its place; absent where nothing was known that could be. */
  readonly id?: string;
}

/** Where a link stands. */
export interface LinkPlace {
  /** Position of the entry. */
  readonly index: number;
  /** Base of the RESTful `fullUrl` of the entry: relative references are relative to it. */
  readonly base: string | undefined;
}

/**
 * What links of a transaction's resources lead to: to other entries by their `fullUrl`, or, for conditional references, to
 * what their criteria find. https://hl7.org/fhir/R4/http.html#trules
 */
export class EntryLinks {
  readonly #targets = new Map<string, string>();
  readonly #versions = new Map<string, number>();
  readonly #conditional = new Map<string, string>();
  readonly #lookups: Lookups;
  readonly #settled: Lookups;
  readonly #asked = new Map<string, AskedReference>();

  /**
   * @param lookups what criteria find before anything is written
   * @param settled what those of references were seen to find when everything was written
   */
  constructor(lookups: Lookups, settled: Lookups) {
    this.#lookups = lookups;
    this.#settled = settled;
  }

  /** The conditional references that were met so far. */
  get asked(): readonly AskedReference[] {
    return [...this.#asked.values()];
  }

  /** True where no link can lead anywhere. */
  get isEmpty(): boolean {
    return this.#targets.size + this.#lookups.size + this.#settled.size === 0;
  }

  /**
   * @param target `Type/id` that the entry of `fullUrl` is about
   * @param version that it is going to have, where that is known
   */
  add(fullUrl: string, target: string, version?: number): void {
    this.#targets.set(fullUrl, target);
    if (version !== undefined) this.#versions.set(fullUrl, version);
  }

  /** @param target `Type/id` of the entry that has these criteria: they find it once it is written */
  addCriteria(criteria: Criteria, target: string): void {
    this.#conditional.set(criteriaKey(criteria), target);
  }

  /** What stands in the place of a link; undefined where it leads to no entry. */
  replacement(link: string, kind: LinkKind, place: LinkPlace): string | undefined {
    const hash = link.indexOf('#');
    if (hash === 0) return undefined;
    const address = hash === -1 ? link : link.slice(0, hash);
    const fragment = hash === -1 ? '' : link.slice(hash);
    const target = this.#targets.get(address);
    if (target !== undefined) return target + fragment;
    if (kind !== 'reference') return undefined;
    const criteria = referenceCriteria(link);
    if (criteria !== undefined) return this.#conditionalTarget(criteria, place.index);
    const restful = this.#restfulTarget(address, place.base);
    return restful === undefined ? undefined : restful + fragment;
  }

  #conditionalTarget(criteria: Criteria, index: number): string | undefined {
    const key = criteriaKey(criteria);
    const target = this.#found(criteria.type, this.#settled.get(key)) ?? this.#guessed(criteria, key);
    if (!this.#asked.has(key)) {
      const id = target === undefined ? {} : { id: target.slice(target.indexOf('/') + 1) };
      this.#asked.set(key, { ...criteria, index, ...id });
    }
    return target;
  }

  #guessed({ type }: Criteria, key: string): string | undefined {
    if (this.#settled.has(key)) return undefined;
    return this.#conditional.get(key) ?? this.#found(type, this.#lookups.get(key));
  }

  #found(type: string, ids: readonly string[] | undefined): string | undefined {
    return ids?.length === 1 ? `${type}/${ids[0]}` : undefined;
  }

  /** The version that a resource had at its source means nothing here: in its place comes the one that it is given. */
  #restfulTarget(address: string, base: string | undefined): string | undefined {
    const unversioned = address.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, '');
    const isRelative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(unversioned);
    const fullUrl = isRelative ? `${base}/${unversioned}` : unversioned;
    const version = unversioned === address ? undefined : this.#versions.get(fullUrl);
    const target = this.#targets.get(fullUrl);
    return target === undefined || version === undefined ? target : `${target}/_history/${version}`;
  }
}

/** The criteria of a conditional reference, `Patient?identifier=a|b`; undefined for any other. */
export function referenceCriteria(reference: string): Criteria | undefined {
  const question = reference.indexOf('?');
  const type = reference.slice(0, Math.max(question, 0));
  const query = reference.slice(question + 1);
  return query !== '' && isResourceType(type) ? { type, query } : undefined;
}

/** Base of a RESTful `fullUrl`: `https://server/fhir` of `https://server/fhir/Patient/1`. */
export function restfulBase(fullUrl: string | undefined): string | undefined {
  const [, base, type = ''] = /^(https?:\/\/.+)\/([A-Za-z]+)\/[A-Za-z0-9.-]{1,64}$/.exec(fullUrl ?? '') ?? [];
  return isResourceType(type) ? base : undefined;
}
