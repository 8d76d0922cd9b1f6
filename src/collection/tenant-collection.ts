import { WarmfhirError } from '../errors.ts';
import type { BulkResults, BulkWrites } from '../store/bulk-write.ts';
import type { DocumentVersion, StoredDocument } from '../store/document.ts';
import type { HistoryPage, HistoryQuery } from '../store/history.ts';
import type { ListPage, ListQuery, ReviewCount } from '../store/list.ts';
import type { SearchPage, SearchQuery } from '../store/search.ts';
import type { CollectionStore } from '../store/store.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import type { Write, WriteResult } from '../store/write.ts';

/** The name of a tenant's collection, as clients see it. */
export function collectionName(tenant: string): string {
  return `tenant_${tenant}`;
}

/**
 * One tenant's collection: `_default` as it was when the tenant was made, and whatever the tenant changed since.
 * What is absent or deleted is an error here, so that every face answers alike.
 */
export class TenantCollection {
  readonly tenant: string;
  /** `tenant_<id>`. */
  readonly name: string;
  /** The sealed generation that it is a copy of. */
  readonly generation: number;
  readonly store: CollectionStore;

  constructor(record: TenantRecord, store: CollectionStore) {
    this.tenant = record.id;
    this.name = collectionName(record.id);
    this.generation = record.generation;
    this.store = store;
  }

  /**
   * The current version; without a promise where the store answers without one.
   * Throws (or rejects with) `resource-not-found` or `resource-gone`.
   */
  get(type: string, id: string): StoredDocument | Promise<StoredDocument> {
    const found = this.store.read(type, id);
    return found instanceof Promise
      ? found.then((document) => existing(document, type, id))
      : existing(found, type, id);
  }

  /** One version. Rejects with `version-not-found`, or `resource-gone` where that version is a delete. */
  async getVersion(type: string, id: string, version: number): Promise<StoredDocument> {
    const document = await this.store.readVersion(type, id, version);
    if (document === undefined) {
      throw new WarmfhirError('version-not-found', `${type}/${id} has no version ${version}.`);
    }
    return existing(document, type, id);
  }

  /**
   * Versions, newest first, deletes included. Rejects with `resource-not-found` for a document that never existed, and
   * with `page-token-invalid` for a foreign cursor.
   */
  async history(query: HistoryQuery): Promise<HistoryPage> {
    const page = await this.store.history(query);
    const { type, id } = query;
    if (page.total > 0 || type === undefined || id === undefined) return page;
    const all = await this.store.history({ type, id, count: 0 });
    if (all.total === 0) throw notFound(type, id);
    return page;
  }

  /** A page of a search. Rejects with `page-token-invalid` for a foreign cursor. */
  search(query: SearchQuery): Promise<SearchPage> {
    return this.store.search(query);
  }

  /** A page by number, in order of first appearance. */
  list(query: ListQuery): Promise<ListPage> {
    return this.store.list(query);
  }

  /** Reviewed and unreviewed documents by type. */
  reviewCounts(): Promise<readonly ReviewCount[]> {
    return this.store.reviewCounts();
  }

  /** Applies all writes in one durable transaction at `now` (milliseconds since the epoch), or none. */
  write(writes: readonly Write[], now: number): Promise<readonly WriteResult[]> {
    return this.store.write(writes, now);
  }

  /** As `write`, for so many that they stay bytes on this thread. */
  writeBulk(writes: BulkWrites, now: number): Promise<BulkResults> {
    return this.store.writeBulk(writes, now);
  }
}

function existing(document: DocumentVersion | undefined, type: string, id: string): StoredDocument {
  if (document === undefined) throw notFound(type, id);
  if (document.deleted) throw new WarmfhirError('resource-gone', `${type}/${id} was deleted.`);
  return document;
}

function notFound(type: string, id: string): WarmfhirError {
  return new WarmfhirError('resource-not-found', `The collection holds no ${type}/${id}.`);
}
