import { parseResource } from '../../src/fhir/parse-resource.ts';
import type { ResourceContent } from '../../src/fhir/resource-content.ts';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { HistoryEntry } from '../../src/store/document.ts';
import type { IngestBatch, IngestDocument } from '../../src/store/generation.ts';
import type { SearchQuery } from '../../src/store/search.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';

/** One installation of an engine, made for one test. */
export interface Installation {
  /** Another process's view of the same installation: opens it once more. */
  open(): Promise<Store>;
  /** Texts that can be found in what the installation keeps on disk, of those given. */
  findOnDisk(texts: readonly string[]): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

/** How the suite gets at an engine. */
export interface Engine {
  readonly name: string;
  install(): Promise<Installation>;
}

export function content(type: string, id: string, members: object = {}): ResourceContent {
  return parseResource(JSON.stringify({ resourceType: type, id, ...members })).content;
}

export function ingestDocument(
  position: number,
  of: ResourceContent,
  more: Partial<IngestDocument> = {},
): IngestDocument {
  return { content: of, sourceUpdated: null, position, pending: false, origin: null, ...more };
}

export function batch(documents: readonly IngestDocument[], more: Partial<IngestBatch> = {}): IngestBatch {
  return { stream: 0, documents, conditionalCreates: [], rejects: [], checkpoint: '', ...more };
}

/** Everything that comes in chunks, at once. */
export async function all<Item>(chunks: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const chunk of chunks) items.push(...chunk);
  return items;
}

/** Builds and seals a generation of these resources. */
export async function seal(
  store: Store,
  resources: readonly ResourceContent[],
  startedAt = 1_000,
): Promise<void> {
  const build = await store.generations.build(`sources ${startedAt}`, startedAt);
  await build.write(batch(resources.map((each, position) => ingestDocument(position, each))));
  await build.seal(startedAt + 1, 'ready');
}

/** A search of all documents of a type, as far as `criterion` does not ask for more. */
export function searchOf(
  type: string,
  { criterion = { kind: 'all', of: [] }, ...more }: Partial<SearchQuery> & { criterion?: Criterion } = {},
): SearchQuery {
  return { types: [{ type, criterion }], sort: [], count: 1000, total: 'accurate', includes: [], ...more };
}

/** The collection of a tenant as its record stands now. */
export async function collectionOf(store: Store, tenant: string): Promise<CollectionStore> {
  return store.collection((await store.tenants.get(tenant))!);
}

/** Makes a tenant and gives its collection. */
export async function warmed(store: Store, tenant: string): Promise<CollectionStore> {
  await store.tenants.warm(tenant, 2_000);
  return collectionOf(store, tenant);
}

/** All versions of one document, newest first. */
export async function versionsOf(
  collection: CollectionStore,
  type: string,
  id: string,
): Promise<readonly HistoryEntry[]> {
  return (await collection.history({ type, id, count: 1_000 })).entries;
}
