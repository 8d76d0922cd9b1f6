import { WarmfhirError } from '../errors.ts';
import { isResourceType } from '../fhir/resource-type.ts';
import type { LinkKind } from '../fhir/structure/link-rewriter.ts';
import type { Lookups } from './entry-target.ts';
import { type Criteria, criteriaKey } from './transaction-plan.ts';

/**
 * What links of a transaction's resources lead to: to other entries by their `fullUrl`, or, for conditional references, to
 * what their criteria find. https://hl7.org/fhir/R4/http.html#trules
 */
export class EntryLinks {
  readonly #targets = new Map<string, string>();
  readonly #conditional = new Map<string, string>();
  readonly #lookups: Lookups;

  constructor(lookups: Lookups) {
    this.#lookups = lookups;
  }

  /** True where no link can lead anywhere. */
  get isEmpty(): boolean {
    return this.#targets.size === 0 && this.#lookups.size === 0;
  }

  /** @param target `Type/id` that the entry of `fullUrl` is about */
  add(fullUrl: string, target: string): void {
    this.#targets.set(fullUrl, target);
  }

  /** @param target `Type/id` of the entry that has these criteria: they find it once it is written */
  addCriteria(criteria: Criteria, target: string): void {
    this.#conditional.set(criteriaKey(criteria), target);
  }

  /**
   * What stands in the place of a link; undefined where it leads to no entry.
   *
   * @param base base of the RESTful `fullUrl` of the entry that the link stands in: relative references are relative to it
   * @throws criteria-ambiguous, criteria-unmatched
   */
  replacement(link: string, kind: LinkKind, base: string | undefined): string | undefined {
    const hash = link.indexOf('#');
    if (hash === 0) return undefined;
    const address = hash === -1 ? link : link.slice(0, hash);
    const fragment = hash === -1 ? '' : link.slice(hash);
    const target = this.#targets.get(address);
    if (target !== undefined) return target + fragment;
    if (kind !== 'reference') return undefined;
    return this.#conditionalTarget(link) ?? this.#restfulTarget(address, base);
  }

  #conditionalTarget(reference: string): string | undefined {
    const written = this.#conditional.get(reference);
    if (written !== undefined) return written;
    const ids = this.#lookups.get(reference);
    if (ids === undefined) return undefined;
    if (ids.length === 1) return `${reference.slice(0, reference.indexOf('?'))}/${ids[0]}`;
    throw ids.length === 0
      ? new WarmfhirError('criteria-unmatched', `Nothing matches the conditional reference ${reference}.`)
      : new WarmfhirError(
          'criteria-ambiguous',
          `Several resources match the conditional reference ${reference}.`,
        );
  }

  /** Of a resource that is written anew the version that its source had means nothing. */
  #restfulTarget(address: string, base: string | undefined): string | undefined {
    const unversioned = address.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, '');
    const isRelative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(unversioned);
    return this.#targets.get(isRelative ? `${base}/${unversioned}` : unversioned);
  }
}

/** Base of a RESTful `fullUrl`: `https://server/fhir` of `https://server/fhir/Patient/1`. */
export function restfulBase(fullUrl: string | undefined): string | undefined {
  const [, base, type = ''] = /^(https?:\/\/.+)\/([A-Za-z]+)\/[A-Za-z0-9.-]{1,64}$/.exec(fullUrl ?? '') ?? [];
  return isResourceType(type) ? base : undefined;
}
