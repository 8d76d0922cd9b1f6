import { WarmfhirError } from '../errors.ts';
import type { ExpectedVersion } from '../fhir/entity-tag.ts';
import { stamp } from '../fhir/resource-content.ts';
import { restamp, withReview } from '../fhir/review-state.ts';
import { type DocumentVersion, masterVersion, type StoredDocument, type VersionMethod } from './document.ts';
import type { DocumentWrite, WriteResult } from './write.ts';

/** What a write comes to: its result and, where it changes anything, the version to store. */
export interface PlannedWrite {
  readonly result: WriteResult;
  readonly next?: { readonly method: VersionMethod; readonly document: DocumentVersion };
}

/**
 * Decides what one write does to a document: pure, so that every engine decides alike. The engine calls it inside
 * its transaction, with the version that stands there.
 *
 * @param current the version that stands now, a tombstone, or undefined when the document never existed
 * @param now milliseconds since the epoch; a document's time never goes back behind its current version
 * @throws version-conflict when a precondition does not hold, resource-not-found, resource-gone; they name the write's entry
 */
export function planWrite(
  write: DocumentWrite,
  current: DocumentVersion | undefined,
  generation: number,
  now: number,
): PlannedWrite {
  try {
    return planned(write, current, generation, now);
  } catch (error) {
    if (write.entry === undefined || !(error instanceof WarmfhirError)) throw error;
    throw error.inEntry(write.entry);
  }
}

function planned(
  write: DocumentWrite,
  current: DocumentVersion | undefined,
  generation: number,
  now: number,
): PlannedWrite {
  const version = current === undefined ? masterVersion(generation) : current.version + 1;
  const lastUpdated = Math.max(now, current?.lastUpdated ?? now);
  switch (write.kind) {
    case 'create':
      if (current !== undefined && !current.deleted) {
        throw exists(current);
      }
      return stored('created', 'POST', contentDocument(write, version, lastUpdated));
    case 'put': {
      requireVersion(write.ifMatch, current, write.content.type, write.content.id);
      const isNew = current === undefined || current.deleted;
      if (write.ifAbsent && !isNew) throw exists(current);
      return stored(isNew ? 'created' : 'updated', 'PUT', contentDocument(write, version, lastUpdated));
    }
    case 'delete': {
      requireVersion(write.ifMatch, current, write.type, write.id);
      if (current === undefined || current.deleted)
        return { result: { status: 'unchanged', document: current } };
      const document = { deleted: true, type: write.type, id: write.id, version, lastUpdated } as const;
      return { result: { status: 'deleted', document }, next: { method: 'DELETE', document } };
    }
    case 'require': {
      const key = `${write.type}/${write.id}`;
      if (current === undefined) {
        throw new WarmfhirError('resource-not-found', `The collection holds no ${key}.`);
      }
      if (current.deleted) throw new WarmfhirError('resource-gone', `${key} was deleted.`);
      return { result: { status: 'unchanged', document: current } };
    }
    case 'review': {
      requireVersion(write.ifMatch, current, write.type, write.id);
      if (current === undefined || current.deleted) return { result: { status: 'not-found' } };
      if (!write.reviewed && !current.reviewed) return { result: { status: 'unchanged', document: current } };
      return stored('reviewed', 'PUT', reviewDocument(current, write.reviewed, version, lastUpdated));
    }
  }
}

function exists({ type, id }: StoredDocument): WarmfhirError {
  return new WarmfhirError('version-conflict', `${type}/${id} exists already.`);
}

function stored(
  status: 'created' | 'updated' | 'reviewed',
  method: VersionMethod,
  document: StoredDocument,
): PlannedWrite {
  return { result: { status, document }, next: { method, document } };
}

function contentDocument(
  { content }: Extract<DocumentWrite, { kind: 'put' | 'create' }>,
  version: number,
  lastUpdated: number,
): StoredDocument {
  const json = stamp(content, version, lastUpdated);
  const { type, id } = content;
  return { deleted: false, type, id, version, lastUpdated, reviewed: false, reviewTime: null, json };
}

function reviewDocument(
  current: StoredDocument,
  reviewed: boolean,
  version: number,
  lastUpdated: number,
): StoredDocument {
  const reviewTime = reviewed ? lastUpdated : null;
  const json = restamp(withReview(current.json, reviewTime), version, lastUpdated);
  return { ...current, version, lastUpdated, reviewed, reviewTime, json };
}

function requireVersion(
  ifMatch: ExpectedVersion | undefined,
  current: DocumentVersion | undefined,
  type: string,
  id: string,
): void {
  if (ifMatch === undefined) return;
  if (current === undefined || current.deleted) {
    throw new WarmfhirError('version-conflict', `${type}/${id} does not exist, so no version of it matches.`);
  }
  if (ifMatch !== 'any' && current.version !== ifMatch) {
    throw new WarmfhirError(
      'version-conflict',
      `${type}/${id} has version ${current.version}, not ${ifMatch}.`,
    );
  }
}
