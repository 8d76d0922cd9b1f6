import { entryItem, entryTarget, MAX_ENTRY_WRAPPING_BYTES, readEntry } from '../bundle-entry.ts';
import { BundleSplitter } from '../bundle-splitter.ts';
import type { RawItem } from '../source.ts';
import type { PlacedItem, ReadFileOptions } from './file-place.ts';

/** So many URLs travel in one item. */
const URLS_PER_ITEM = 1_000;

const INGESTED_TYPES: ReadonlySet<string> = new Set(['collection', 'searchset', 'batch', 'transaction']);

/** What a `.json` file turned out to be when it was read the first time. */
export type JsonFileKind =
  | { readonly kind: 'bundle' }
  | { readonly kind: 'resource' }
  /** JSON, but nothing of FHIR. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'wrong'; readonly offset: number; readonly reason: string; readonly type?: string };

function splitterFor(maxResourceBytes: number): BundleSplitter {
  return new BundleSplitter({
    maxEntryBytes: maxResourceBytes + MAX_ENTRY_WRAPPING_BYTES,
    members: ['resourceType', 'type'],
  });
}

/**
 * First pass: yields what references to entries are replaced by, because a reference may stand before the entry it
 * means, and returns what the file is, because `type` may stand behind the entries.
 */
export async function* indexBundle(
  chunks: AsyncIterable<Uint8Array>,
  maxResourceBytes: number,
): AsyncGenerator<readonly (readonly [fullUrl: string, target: string])[], JsonFileKind> {
  const splitter = splitterFor(maxResourceBytes);
  let urls: (readonly [string, string])[] = [];
  let entries = 0;
  for await (const chunk of chunks) {
    for (const { bytes } of splitter.push(chunk)) {
      entries++;
      const entry = bytes === null ? undefined : readEntry(bytes);
      if (entry?.kind !== 'resource' || entry.fullUrl === undefined) continue;
      const target = entryTarget(entry);
      if (target === undefined) continue;
      urls.push([entry.fullUrl, target]);
      if (urls.length < URLS_PER_ITEM) continue;
      yield urls;
      urls = [];
    }
  }
  splitter.end();
  if (urls.length > 0) yield urls;
  return kindOf(splitter, entries);
}

function kindOf(splitter: BundleSplitter, entries: number): JsonFileKind {
  const { problem } = splitter;
  const resourceType = textOf(splitter.members.get('resourceType'));
  if (resourceType === 'Bundle') {
    const type = textOf(splitter.members.get('type')) ?? 'collection';
    if (INGESTED_TYPES.has(type)) return { kind: 'bundle' };
    return {
      kind: 'wrong',
      offset: 0,
      type: 'Bundle',
      reason: `A Bundle of type ${type} is not ingested: collection, searchset, batch and transaction are.`,
    };
  }
  if (problem !== undefined && entries > 0) return { kind: 'bundle' };
  if (problem !== undefined) return { kind: 'wrong', ...problem };
  return { kind: resourceType === undefined ? 'foreign' : 'resource' };
}

/** Second pass over a Bundle: its resources in order, behind the entries that were taken before. */
export async function* readBundle(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFileOptions,
): AsyncGenerator<readonly PlacedItem[]> {
  const { source, from, maxResourceBytes } = options;
  const splitter = splitterFor(maxResourceBytes);
  let position = from.position;
  let line = 0;
  const placed = (item: RawItem): PlacedItem => ({ item, behind: { offset: 0, line, position } });
  for await (const chunk of chunks) {
    const items: PlacedItem[] = [];
    for (const entry of splitter.push(chunk)) {
      line = entry.number;
      if (line <= from.line) continue;
      const item = entryItem(entry, { source, line, offset: entry.offset }, position, maxResourceBytes);
      if (item === undefined) continue;
      position++;
      items.push(placed(item));
    }
    yield items;
  }
  splitter.end();
  const { problem } = splitter;
  if (problem === undefined) return;
  const origin = { source, line: line + 1, offset: problem.offset };
  yield [placed({ kind: 'reject', origin, reason: problem.reason })];
}

/** A file that is one resource. */
export async function* readSingle(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFileOptions,
): AsyncGenerator<readonly PlacedItem[]> {
  const { source, from, maxResourceBytes } = options;
  if (from.line > 0) return;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxResourceBytes) break;
    parts.push(chunk);
  }
  const origin = { source, line: 1, offset: 0 };
  const bytes = Buffer.concat(parts);
  const item: RawItem =
    size > maxResourceBytes
      ? { kind: 'reject', origin, reason: `The resource is larger than ${maxResourceBytes} bytes.` }
      : { kind: 'resource', position: from.position, origin, bytes };
  yield [{ item, behind: { offset: 0, line: 1, position: from.position + 1 } }];
}

function textOf(json: Uint8Array | undefined): string | undefined {
  if (json === undefined) return undefined;
  const text = Buffer.from(json).toString();
  return text.startsWith('"') ? text.slice(1, -1) : undefined;
}
