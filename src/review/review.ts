import type { Clock } from '../clock.ts';
import type { TenantCollection } from '../collection/tenant-collection.ts';
import { WarmfhirError } from '../errors.ts';
import type { ExpectedVersion } from '../fhir/entity-tag.ts';
import { isResourceId } from '../fhir/resource-id.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { StoredDocument } from '../store/document.ts';
import type { ReviewCount } from '../store/list.ts';
import type { WriteResult } from '../store/write.ts';

/** What is asked: reviewed or not, and of which version. */
interface Review {
  readonly reviewed: boolean;
  readonly ifMatch?: ExpectedVersion;
}

/** The review state of one document, member for member as clients see it. */
export interface ReviewOutcome {
  /** `Encounter/123`. */
  readonly _id: string;
  readonly reviewed: boolean;
  /** ISO instant; null while unreviewed. */
  readonly reviewTime: string | null;
}

/** One of many: found and written, or not there. */
export type ReviewManyOutcome =
  | (ReviewOutcome & { readonly status: 200 })
  | {
      readonly _id: string;
      readonly status: 404;
      readonly error: 'resource-not-found';
      readonly message: string;
    };

interface ReviewTotals {
  readonly reviewed: number;
  readonly unreviewed: number;
}

export interface ReviewSummary {
  /** By type name, alphabetical, of types that the collection holds. */
  readonly types: Readonly<Record<string, ReviewTotals>>;
  readonly total: ReviewTotals;
}

/**
 * Reviewing: a document is seen and approved by someone at the tenant's. It is a new version of the document, in this
 * tenant's collection alone, and the next change to the document takes it back.
 */
export class ReviewService {
  readonly #clock: Clock;
  readonly #metrics: Pick<Metrics, 'reviewed'>;

  constructor(options: { readonly clock: Clock; readonly metrics: Pick<Metrics, 'reviewed'> }) {
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * Reviews one document, or takes its review back. Throws `resource-not-found`, also for a deleted document, and
   * `resource-id-invalid`.
   */
  async review(
    collection: TenantCollection,
    type: string,
    id: string,
    reviewed: boolean,
  ): Promise<ReviewOutcome> {
    const [document] = await this.#write(collection, type, [id], { reviewed });
    if (document === undefined) throw new WarmfhirError('resource-not-found', notFound(type, id));
    return outcome(document);
  }

  /**
   * As `review`, with the document as it stands now. Throws `resource-gone` too, and `version-conflict` where the version to be
   * reviewed is not the current one.
   */
  async reviewDocument(
    collection: TenantCollection,
    type: string,
    id: string,
    review: Review,
  ): Promise<StoredDocument> {
    const [document] = await this.#write(collection, type, [id], review);
    return document ?? collection.get(type, id);
  }

  /**
   * Reviews many documents of one type in one transaction, outcomes in the order of `ids`; an id that comes twice is
   * reviewed once. What is not there is a 404 of its own and does not keep the others from being reviewed.
   */
  async reviewMany(
    collection: TenantCollection,
    type: string,
    ids: readonly string[],
    reviewed: boolean,
  ): Promise<readonly ReviewManyOutcome[]> {
    const unique = [...new Set(ids)];
    const documents = await this.#write(collection, type, unique, { reviewed });
    const outcomes = new Map(unique.map((id, index) => [id, one(type, id, documents[index])]));
    return ids.map((id) => outcomes.get(id)!);
  }

  /** How much of the collection has been reviewed, by type and in total. */
  async summary(collection: TenantCollection): Promise<ReviewSummary> {
    const counts = [...(await collection.reviewCounts())].sort(byType);
    return {
      types: Object.fromEntries(
        counts.map(({ type, reviewed, unreviewed }) => [type, { reviewed, unreviewed }]),
      ),
      total: {
        reviewed: counts.reduce((sum, count) => sum + count.reviewed, 0),
        unreviewed: counts.reduce((sum, count) => sum + count.unreviewed, 0),
      },
    };
  }

  async #write(
    collection: TenantCollection,
    type: string,
    ids: readonly string[],
    review: Review,
  ): Promise<readonly (StoredDocument | undefined)[]> {
    for (const id of ids) {
      if (!isResourceId(id)) throw new WarmfhirError('resource-id-invalid');
    }
    if (ids.length === 0) return [];
    const writes = ids.map((id) => ({ kind: 'review', type, id, ...review }) as const);
    const results = await collection.write(writes, this.#clock.now());
    this.#metrics.reviewed(results.filter((result) => result.status === 'reviewed').length);
    return results.map(documentOf);
  }
}

function documentOf(result: WriteResult): StoredDocument | undefined {
  if (!('document' in result) || result.document === undefined || result.document.deleted) return undefined;
  return result.document;
}

function outcome({ type, id, reviewed, reviewTime }: StoredDocument): ReviewOutcome {
  return {
    _id: `${type}/${id}`,
    reviewed,
    reviewTime: reviewTime === null ? null : new Date(reviewTime).toISOString(),
  };
}

function one(type: string, id: string, document: StoredDocument | undefined): ReviewManyOutcome {
  if (document !== undefined) return { ...outcome(document), status: 200 };
  return { _id: `${type}/${id}`, status: 404, error: 'resource-not-found', message: notFound(type, id) };
}

function notFound(type: string, id: string): string {
  return `The collection holds no ${type}/${id}.`;
}

function byType(a: ReviewCount, b: ReviewCount): number {
  return a.type < b.type ? -1 : 1;
}
