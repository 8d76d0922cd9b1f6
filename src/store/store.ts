import type { BulkResults, BulkWrites } from './bulk-write.ts';
import type { DocumentVersion } from './document.ts';
import type { GenerationStore } from './generation.ts';
import type { HistoryPage, HistoryQuery } from './history.ts';
import type { ListPage, ListQuery, ReviewCount } from './list.ts';
import type { SearchPage, SearchQuery } from './search.ts';
import type { TenantRecord, TenantRegistry } from './tenant-registry.ts';
import type { Transfer } from './transfer.ts';
import type { Write, WriteResult } from './write.ts';

/**
 * The documents of one tenant: its overlay over its pinned generation, as if they were one collection.
 *
 * Every method speaks of this tenant alone. A read that starts after a write was acknowledged, by whichever process,
 * sees it. Failures of the disk or of another server are `store-unavailable`, `store-full` or `store-damaged`.
 */
export interface CollectionStore {
  /** The current version, a tombstone after DELETE, or undefined. Answers without a promise where the engine can. */
  read(type: string, id: string): DocumentVersion | undefined | Promise<DocumentVersion | undefined>;
  /** One version of a document, the master's included, also after it was deleted or its generation pruned. */
  readVersion(type: string, id: string, version: number): Promise<DocumentVersion | undefined>;
  /** A page of versions, newest first, deletes included. Throws `page-token-invalid` for a cursor that is none of its own. */
  history(query: HistoryQuery): Promise<HistoryPage>;
  /**
   * Searches the collection. A page by key: walking all pages while others write gives every unchanged document exactly once.
   * Throws `page-token-invalid` for a cursor that is none of this search, `search-too-costly`, and `indexes-missing` for a
   * master that was sealed before there were indexes.
   */
  search(query: SearchQuery): Promise<SearchPage>;
  /** A page by number, in order of first appearance. */
  list(query: ListQuery): Promise<ListPage>;
  /** Reviewed and unreviewed documents of every type that the collection holds, by type name. */
  reviewCounts(): Promise<readonly ReviewCount[]>;
  /**
   * Applies the writes in order in one transaction, durable when it resolves, results in the same order.
   * Any error (`version-conflict`, …) rejects the call and nothing is written. The same document may be written
   * more than once.
   */
  write(writes: readonly Write[], now: number): Promise<readonly WriteResult[]>;
  /**
   * As `write`, for so many writes that the calling thread should not have to look at them. They may end in resolutions: where
   * one does not hold nothing is written, and the results say what each of them found.
   */
  writeBulk(writes: BulkWrites, now: number): Promise<BulkResults>;
  /**
   * Keeps the text of a search that is too long for a link, on behalf of this tenant and erased with it. Durable when it
   * resolves; every node finds it. What has expired goes, and so do the tenant's oldest beyond `MOST_KEPT_SEARCHES`.
   *
   * @param search.hash stands for the text: the same hash again only extends the time
   * @param search.expires milliseconds since the epoch, as is `search.now`
   */
  keepSearch(search: KeptSearch & { readonly now: number }): Promise<void>;
  /** A search that is kept and has not expired at `now`, or undefined. */
  keptSearch(hash: string, now: number): Promise<KeptSearch | undefined>;
}

/** So many searches are kept for one tenant. */
export const MOST_KEPT_SEARCHES = 200;

export interface KeptSearch {
  /** 22 characters, base64url. */
  readonly hash: string;
  readonly text: string;
  readonly expires: number;
}

/** Sizes of the installation for operators, in bytes. */
export interface StoreSizes {
  readonly masterBytes: number;
  readonly overlayBytes: number;
  readonly systemBytes: number;
}

/**
 * Where master generations, tenants and their changes live. Two engines implement it; both pass `test/conformance/`.
 */
export interface Store {
  readonly generations: GenerationStore;
  readonly tenants: TenantRegistry;
  /** Its rows, for a move to another engine. */
  readonly transfer: Transfer;
  /** Database handles or connections that this process has open. */
  readonly openHandles: number;
  /**
   * The collection of a tenant as its record describes it. Cheap: nothing is opened. A record of an older revision
   * may be passed; `overlay: false` in it may be believed, so re-read the record when `tenants.revision()` moves.
   */
  collection(record: TenantRecord): CollectionStore;
  /** Closes what is open for this tenant, once its running operations are done. */
  release(record: TenantRecord): Promise<void>;
  /**
   * Opens and verifies the newest sealed generation, so that the first read does not wait. Throws `store-damaged`
   * naming the file.
   */
  prepare(): Promise<void>;
  /** Resolves when a trivial read works; throws `store-unavailable` or `store-damaged`. */
  check(): Promise<void>;
  sizes(): Promise<StoreSizes>;
  /** Bytes signed with a secret of this installation that every node shares: 132 bits of a keyed digest, base64url. */
  sign(text: string): string;
  close(): Promise<void>;
}
