import type { ExpectedVersion } from '../fhir/entity-tag.ts';
import type { ResourceContent } from '../fhir/resource-content.ts';
import type { Criterion } from '../fhir/search/criterion.ts';
import type { DeletedDocument, StoredDocument } from './document.ts';

/**
 * One change to one document of a tenant's collection, or what has to hold for the changes after it.
 *
 * - `put` creates or replaces (`PUT`); it clears a review.
 * - `create` is `POST` with an id that the server chose; an id that exists is a `version-conflict`.
 * - `delete` of something absent or already deleted changes nothing.
 * - `require` writes nothing: it throws `resource-not-found` or `resource-gone` where the document is not there.
 * - `review` sets or takes back the review state in the document itself, as a new version; setting what
 *   already stands still records a new time, taking back what is not there changes nothing.
 *
 * `ifMatch` is checked inside the transaction: absent or different is a `version-conflict`. So is `ifAbsent`, which says that
 * the document must not exist.
 */
export type Write = DocumentWrite | Expectation;

export type DocumentWrite = DocumentChange & {
  /** Position in the Bundle that asks for it, which errors name. */
  readonly entry?: number;
};

type DocumentChange =
  | {
      readonly kind: 'put';
      readonly content: ResourceContent;
      readonly ifMatch?: ExpectedVersion;
      readonly ifAbsent?: true;
    }
  | { readonly kind: 'create'; readonly content: ResourceContent }
  | {
      readonly kind: 'delete';
      readonly type: string;
      readonly id: string;
      readonly ifMatch?: ExpectedVersion;
    }
  | { readonly kind: 'require'; readonly type: string; readonly id: string }
  | {
      readonly kind: 'review';
      readonly type: string;
      readonly id: string;
      readonly reviewed: boolean;
      readonly ifMatch?: ExpectedVersion;
    };

/**
 * Says, inside the transaction, that a search finds exactly these documents, in whatever order: otherwise the request is
 * `write-contended`, and what it was made for has to be looked up again.
 */
export interface Expectation {
  readonly kind: 'expect';
  readonly type: string;
  readonly criterion: Criterion;
  readonly ids: readonly string[];
}

/**
 * Says that a search finds exactly this document when everything before it is written. What of a request is not so undoes all
 * of it, and is answered with what was found instead; where no `id` is given, that is what is asked.
 */
export interface Resolution {
  readonly kind: 'resolve';
  readonly type: string;
  readonly criterion: Criterion;
  readonly id?: string;
}

/** What a search found for a `Resolution`: of several documents two. */
export interface Resolved {
  readonly status: 'resolved';
  readonly ids: readonly string[];
  /** False where it was to be another. */
  readonly holds: boolean;
}

/** What a search comes to that found these ids, of several at least two. */
export function resolved({ id }: Resolution, ids: readonly string[]): Resolved {
  return { status: 'resolved', ids, holds: ids.length === 1 && ids[0] === id };
}

export type WriteResult =
  | { readonly status: 'created' | 'updated' | 'reviewed'; readonly document: StoredDocument }
  | { readonly status: 'deleted'; readonly document: DeletedDocument }
  /** Nothing changed: what was required is there, or a delete of what is not there, or an unreview of what was not reviewed. */
  | { readonly status: 'unchanged'; readonly document: StoredDocument | DeletedDocument | undefined }
  /** What was expected is so. */
  | { readonly status: 'expected' }
  /** A review of a document that does not exist, or was deleted. */
  | { readonly status: 'not-found' };
