import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import type { Criterion } from '../../fhir/search/criterion.ts';
import { type BulkResults, BulkWriter, type BulkWrites, readBulkResults } from '../../store/bulk-write.ts';
import type { AskedReference } from '../../transaction/entry-links.ts';
import { type Criteria, criteriaKey, inEntry } from '../../transaction/transaction-plan.ts';
import type { ApiContext } from '../api-context.ts';
import { parsedCriteria } from './criteria.ts';

/**
 * Finds what the conditional references of a transaction lead to: R4 has them resolved when everything else is done. A
 * transaction is written with what they seem to lead to; where the store sees at its end that one leads elsewhere, it is
 * undone and written again with what was seen. https://hl7.org/fhir/R4/http.html#trules
 */
export class ReferenceResolution {
  readonly #api: ApiContext;
  readonly #collection: TenantCollection;
  readonly #bases: readonly string[];
  readonly #criterions = new Map<string, Criterion>();
  readonly #settled = new Map<string, readonly string[]>();

  /** @param bases base URLs of the server, without a slash at the end */
  constructor(api: ApiContext, collection: TenantCollection, bases: readonly string[]) {
    this.#api = api;
    this.#collection = collection;
    this.#bases = bases;
  }

  /** Ids that were found when everything was written, by `Type?query`. */
  get settled(): ReadonlyMap<string, readonly string[]> {
    return this.#settled;
  }

  /** Criteria that were read already. */
  know(criteria: Criteria, criterion: Criterion): void {
    this.#criterions.set(criteriaKey(criteria), criterion);
  }

  /** What goes behind the writes that hold these references. Throws what is wrong with their criteria. */
  async writes(references: readonly AskedReference[]): Promise<BulkWrites> {
    const bulk = new BulkWriter();
    for (const reference of references) {
      const { type, id } = reference;
      const criterion = await this.#criterion(reference);
      bulk.add({ kind: 'resolve', type, criterion, ...(id === undefined ? {} : { id }) });
    }
    return bulk.end();
  }

  /**
   * Takes in what a transaction that was undone found for its references.
   *
   * @throws criteria-unmatched, criteria-ambiguous where another attempt would find the same
   */
  settle(references: readonly AskedReference[], results: BulkResults): void {
    const found = readBulkResults(results).slice(-references.length);
    let failed: (() => never) | undefined;
    let isMoved = false;
    for (const [position, reference] of references.entries()) {
      const ids = found[position]!.ids!;
      this.#settled.set(criteriaKey(reference), ids);
      if (ids.length === 1 ? ids[0] !== reference.id : reference.id !== undefined) isMoved = true;
      else if (ids.length !== 1)
        failed ??= () => inEntry(reference.index, () => refuse(reference, ids.length));
    }
    if (!isMoved) failed?.();
  }

  async #criterion(reference: AskedReference): Promise<Criterion> {
    const key = criteriaKey(reference);
    const known = this.#criterions.get(key);
    if (known !== undefined) return known;
    const [parsed] = await parsedCriteria(this.#api, this.#collection, reference, this.#bases).catch(
      (error) => {
        throw error instanceof WarmfhirError ? error.inEntry(reference.index) : error;
      },
    );
    this.know(reference, parsed!.criterion);
    return parsed!.criterion;
  }
}

function refuse(reference: AskedReference, found: number): never {
  const key = criteriaKey(reference);
  throw found === 0
    ? new WarmfhirError('criteria-unmatched', `Nothing matches the conditional reference ${key}.`)
    : new WarmfhirError('criteria-ambiguous', `Several resources match the conditional reference ${key}.`);
}
