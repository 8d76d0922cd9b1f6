import { WarmfhirError } from '../../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../../fhir/resource-type.ts';
import type { Include } from '../../../fhir/search/parsed-search.ts';
import type { StoredDocument } from '../../document.ts';
import type { Fragment } from '../../search/fragment.ts';
import { documentOf } from '../document-row.ts';
import type { MasterGeneration } from '../master-generations.ts';
import type { Row } from '../statement.ts';
import { referencedDocuments, referringDocuments } from './include-statements.ts';
import type { Arms, SearchCondition } from './search-condition.ts';

/** A page does not bring more documents along. */
const MOST_INCLUDED = 10_000;

/** A document with its rid, which no document of the other arm has. */
export interface Placed {
  readonly rid: number;
  readonly document: StoredDocument;
}

type IncludedRow = Parameters<typeof documentOf>[0] & {
  readonly own_rid: number | null;
  readonly master_rid: number | null;
};

/**
 * What `_include` and `_revinclude` bring along with a page's matches, each document once.
 * See https://hl7.org/fhir/R4/search.html#include
 */
export class IncludedDocuments {
  readonly #arms: Arms;
  readonly #master: MasterGeneration;
  readonly #condition: () => SearchCondition;
  readonly #ask: (statement: Fragment) => Promise<readonly Row[]>;
  readonly #seen = new Set<number>();
  readonly #included: Placed[] = [];

  constructor(parts: {
    readonly arms: Arms;
    readonly master: MasterGeneration;
    readonly condition: () => SearchCondition;
    readonly ask: (statement: Fragment) => Promise<readonly Row[]>;
  }) {
    this.#arms = parts.arms;
    this.#master = parts.master;
    this.#condition = parts.condition;
    this.#ask = parts.ask;
  }

  /** @throws search-too-costly */
  async of(includes: readonly Include[], matches: readonly Placed[]): Promise<StoredDocument[]> {
    for (const { rid } of matches) this.#seen.add(rid);
    await this.#follow(includes, matches);
    const iterating = includes.filter((include) => include.iterate);
    for (let fresh = [...this.#included]; iterating.length > 0 && fresh.length > 0; ) {
      const before = this.#included.length;
      await this.#follow(iterating, fresh);
      fresh = this.#included.slice(before);
    }
    return this.#included.map(({ document }) => document);
  }

  async #follow(includes: readonly Include[], from: readonly Placed[]): Promise<void> {
    for (const include of includes) {
      const rows =
        include.direction === 'include'
          ? await this.#forwards(include, from)
          : await this.#backwards(include, from);
      for (const row of rows as unknown as IncludedRow[]) this.#add(row);
    }
  }

  async #forwards({ source, parameters, target }: Include, from: readonly Placed[]): Promise<readonly Row[]> {
    const rids = from.filter(({ document }) => document.type === source).map(({ rid }) => rid);
    if (rids.length === 0) return [];
    const rows = await this.#ask(
      referencedDocuments(this.#arms, rids, parameters, MOST_INCLUDED + from.length + 1),
    );
    return target === undefined
      ? rows
      : rows.filter(({ type }) => resourceTypeOfCode(type as number) === target);
  }

  async #backwards(
    { source, parameters, target }: Include,
    from: readonly Placed[],
  ): Promise<readonly Row[]> {
    const keys = from
      .filter(({ document }) => target === undefined || document.type === target)
      .map(({ document }) => ({ type: resourceTypeCode(document.type), id: document.id }));
    if (keys.length === 0) return [];
    const of = { type: source, code: resourceTypeCode(source), parameters };
    return this.#ask(
      referringDocuments(this.#arms, this.#condition(), of, keys, MOST_INCLUDED + from.length + 1),
    );
  }

  #add(row: IncludedRow): void {
    const rid = row.own_rid ?? row.master_rid;
    if (rid === null || this.#seen.has(rid)) return;
    this.#seen.add(rid);
    this.#included.push({ rid, document: documentOf(row, this.#master) });
    if (this.#included.length > MOST_INCLUDED) {
      throw new WarmfhirError(
        'search-too-costly',
        `The page would bring more than ${MOST_INCLUDED} documents along: ask for fewer matches or includes.`,
      );
    }
  }
}
