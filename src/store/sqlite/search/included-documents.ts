import { WarmfhirError } from '../../../errors.ts';
import type { Include } from '../../../fhir/search/parsed-search.ts';
import type { StoredDocument } from '../../document.ts';
import { typeOfParameter } from '../../search/sort-key.ts';
import type { CollectionArm, DocumentKey } from './collection-arm.ts';
import { documentsOf, type Placed } from './found-documents.ts';

/** How documents are found from those that are there. */
export interface IncludeSource {
  place(key: DocumentKey): { readonly arm: CollectionArm; readonly rid: number } | undefined;
  referrers(
    parameter: number,
    key: DocumentKey,
    limit: number,
  ): readonly { readonly arm: CollectionArm; readonly rid: number }[];
}

/** A page does not bring more documents along. */
export const MOST_INCLUDED = 10_000;

/**
 * What `_include` and `_revinclude` bring along with a page's matches, each document once.
 * See https://hl7.org/fhir/R4/search.html#include
 */
export class IncludedDocuments {
  readonly #source: IncludeSource;
  /** Rids of the two arms do not overlap. */
  readonly #seen = new Set<number>();
  readonly #included: Placed[] = [];

  constructor(source: IncludeSource) {
    this.#source = source;
  }

  /** @throws search-too-costly */
  of(includes: readonly Include[], matches: readonly Placed[]): StoredDocument[] {
    for (const match of matches) this.#seen.add(match.rid);
    this.#follow(includes, matches);
    const iterating = includes.filter((include) => include.iterate);
    for (let fresh = this.#included; iterating.length > 0 && fresh.length > 0; ) {
      const before = this.#included.length;
      this.#follow(iterating, [...fresh]);
      fresh = this.#included.slice(before);
    }
    return documentsOf(this.#included);
  }

  #follow(includes: readonly Include[], from: readonly Placed[]): void {
    for (const include of includes) {
      if (include.direction === 'include') this.#forwards(include, from);
      else this.#backwards(include, from);
    }
  }

  #forwards({ source, parameters, target }: Include, from: readonly Placed[]): void {
    const byArm = Map.groupBy(
      from.filter(({ type }) => type === source),
      ({ arm }) => arm,
    );
    for (const [arm, its] of byArm) {
      const rids = its.map(({ rid }) => rid);
      for (const key of arm.references(rids, parameters)) {
        if (target !== undefined && key.type !== target) continue;
        const place = this.#source.place(key);
        if (place !== undefined) this.#add({ ...place, type: key.type });
      }
    }
  }

  #backwards({ parameters, target }: Include, from: readonly Placed[]): void {
    for (const { type, arm, rid } of from) {
      if (target !== undefined && type !== target) continue;
      const key = { type, id: arm.idsOf([rid])[0]! };
      for (const parameter of parameters) {
        const limit = MOST_INCLUDED + 1;
        for (const place of this.#source.referrers(parameter, key, limit)) {
          this.#add({ ...place, type: typeOfParameter(parameter) });
        }
      }
    }
  }

  #add(placed: Placed): void {
    const key = placed.rid;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#included.push(placed);
    if (this.#included.length > MOST_INCLUDED) {
      throw new WarmfhirError(
        'search-too-costly',
        `The page would bring more than ${MOST_INCLUDED} documents along: ask for fewer matches or includes.`,
      );
    }
  }
}
