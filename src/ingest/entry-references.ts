import { isResourceType } from '../fhir/resource-type.ts';
import { ENTRY_MARK } from '../source/bundle-entry.ts';

/** `Type?criteria`: a reference by search, which transactions may hold. */
export function isConditionalReference(reference: string): boolean {
  const question = reference.indexOf('?');
  return question > 0 && isResourceType(reference.slice(0, question));
}

/** A reference to an entry of some Bundle that has no address of its own. */
export function isUrnReference(reference: string): boolean {
  return /^urn:(uuid|oid):/i.test(reference);
}

/**
 * What the references of one Bundle's entries mean, by its `fullUrl`s.
 * https://hl7.org/fhir/R4/bundle.html#references
 */
export class EntryReferences {
  readonly #targets = new Map<string, string>();

  /** The first entry counts where a `fullUrl` comes twice. */
  add(urls: readonly (readonly [fullUrl: string, target: string])[]): void {
    for (const [fullUrl, target] of urls) {
      if (!this.#targets.has(fullUrl)) this.#targets.set(fullUrl, target);
    }
  }

  /**
   * What a reference is replaced by; itself where it leads to no entry.
   *
   * @param base base of the RESTful `fullUrl` of the entry that it stands in
   */
  resolve(reference: string, base: string | undefined): string {
    if (this.#targets.size === 0 || reference.startsWith('#')) return reference;
    const hash = reference.indexOf('#');
    const fragment = hash === -1 ? '' : reference.slice(hash);
    const target = this.#target(hash === -1 ? reference : reference.slice(0, hash), base);
    if (target === undefined) return reference;
    return target.includes(ENTRY_MARK) ? target : target + fragment;
  }

  #target(reference: string, base: string | undefined): string | undefined {
    const exact = this.#targets.get(reference);
    if (exact !== undefined) return exact;
    const unversioned = reference.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, '');
    const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(unversioned);
    if (relative) return base === undefined ? undefined : this.#targets.get(`${base}/${unversioned}`);
    return this.#targets.get(unversioned);
  }
}
