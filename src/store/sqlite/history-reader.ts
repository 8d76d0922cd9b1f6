import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { HistoryEntry } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { MasterFile } from './master-file.ts';
import type { OverlayFile } from './overlay-file.ts';
import { type HistoryScope, OverlayVersions, type VersionKey } from './overlay-versions.ts';

/** Where a page ends. */
type Position =
  | { readonly in: 'overlay'; readonly key: VersionKey }
  | { readonly in: 'master'; readonly rid: number };

interface Found {
  readonly position: Position;
  readonly entry: HistoryEntry;
}

const TOP: Position = { in: 'overlay', key: [Number.MAX_SAFE_INTEGER, 0, '', 0] };
/** Rids looked at in one go while those that do not count are dropped. */
const STRIDE = 512;

/**
 * Versions of a collection, newest first. All of the master have one time, so the order is: what the overlay has of that
 * time or later, then the master, then what a clock that was wrong has put before it.
 */
export class HistoryReader {
  readonly #master: MasterFile;
  readonly #overlay: OverlayFile | undefined;

  constructor(master: MasterFile, overlay: OverlayFile | undefined) {
    this.#master = master;
    this.#overlay = overlay;
  }

  page(query: HistoryQuery): HistoryPage {
    const from = query.cursor === undefined ? TOP : parsePosition(query.cursor);
    const versions = this.#overlay && new OverlayVersions(this.#overlay, this.#master, scopeOf(query));
    const total = (versions?.count() ?? 0) + this.#masterCount(query);
    if (query.count === 0) return { entries: [], total };
    const found = this.#walk(query, versions, from, query.count + 1);
    const shown = found.slice(0, query.count);
    return {
      entries: shown.map(({ entry }) => entry),
      total,
      ...(found.length > query.count && { next: positionText(shown.at(-1)!.position) }),
    };
  }

  #walk(
    query: HistoryQuery,
    versions: OverlayVersions | undefined,
    from: Position,
    limit: number,
  ): readonly Found[] {
    const found: Found[] = [];
    const split = this.#master.lastUpdated;
    const take = (before: VersionKey, atLeast: number) => {
      const rows = versions?.before(before, atLeast, limit - found.length) ?? [];
      for (const { key, entry } of rows) found.push({ position: { in: 'overlay', key }, entry });
    };
    const isAbove = from.in === 'overlay' && from.key[0] >= split;
    if (isAbove) take(from.key, split);
    if (found.length < limit && (isAbove || from.in === 'master')) {
      const below = from.in === 'master' ? from.rid : Number.MAX_SAFE_INTEGER;
      found.push(...this.#masterEntries(query, below, limit - found.length));
    }
    if (found.length < limit) {
      const key = from.in === 'overlay' && !isAbove ? from.key : ([split, 0, '', 0] as const);
      take(key, Number.MIN_SAFE_INTEGER);
    }
    return found;
  }

  #masterEntries(query: HistoryQuery, below: number, limit: number): readonly Found[] {
    if (!this.#masterCounts(query)) return [];
    const { type, id } = query;
    if (type !== undefined && id !== undefined) {
      const row = this.#master.row(type, id);
      const counts = row !== undefined && row.rid < below && this.#wasCurrent(type, id, query);
      return counts ? [this.#masterEntry(type, row.rid, row)] : [];
    }
    const found: Found[] = [];
    let from = below;
    while (found.length < limit) {
      const rows = this.#masterRows(type, from, Math.max(limit, STRIDE));
      for (const row of rows) {
        if (found.length === limit) break;
        const name = resourceTypeOfCode(row.type);
        if (this.#wasCurrent(name, row.id, query)) found.push(this.#masterEntry(name, row.rid, row));
      }
      if (rows.length < Math.max(limit, STRIDE)) break;
      from = rows.at(-1)!.rid;
    }
    return found;
  }

  #masterRows(type: string | undefined, below: number, limit: number) {
    if (type === undefined) return this.#master.newestOfAll(below, limit);
    const code = resourceTypeCode(type);
    return this.#master.newest(type, below, limit).map((rid) => ({ ...this.#master.rowOf(rid), type: code }));
  }

  #masterEntry(
    type: string,
    rid: number,
    { id, json }: { readonly id: string; readonly json: string },
  ): Found {
    const document = this.#master.document(type, id, json);
    return { position: { in: 'master', rid }, entry: { method: 'POST', isNew: true, document } };
  }

  /** All documents of the master have the same time: so a range takes all of them or none, but for those replaced. */
  #masterCounts({ since, at }: HistoryQuery): boolean {
    const time = this.#master.lastUpdated;
    return time >= (since ?? time) && time < (at?.until ?? Number.POSITIVE_INFINITY);
  }

  /** Whether the master's version of a document was still current in the range asked for. */
  #wasCurrent(type: string, id: string, { at }: HistoryQuery): boolean {
    if (at?.from === undefined || this.#overlay === undefined) return true;
    const replacedAt = this.#overlay.replacedAt(type, id, this.#master.version);
    return replacedAt === undefined || replacedAt > at.from;
  }

  #masterCount(query: HistoryQuery): number {
    if (!this.#masterCounts(query)) return 0;
    const { type, id, at } = query;
    if (type !== undefined && id !== undefined) {
      return this.#master.row(type, id) !== undefined && this.#wasCurrent(type, id, query) ? 1 : 0;
    }
    const counts = this.#master.counts();
    const all = type === undefined ? sum(counts.values()) : (counts.get(type) ?? 0);
    if (at?.from === undefined || this.#overlay === undefined) return all;
    return all - this.#overlay.replacedBefore(type, this.#master.version, at.from);
  }
}

function scopeOf({ type, id, since, at }: HistoryQuery): HistoryScope {
  return {
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function positionText(position: Position): string {
  return position.in === 'master' ? `m${position.rid}` : `o${position.key.join('.')}`;
}

function parsePosition(text: string): Position {
  const rid = /^m(\d{1,15})$/.exec(text)?.[1];
  if (rid !== undefined) return { in: 'master', rid: Number(rid) };
  const [, time, type, id, version] = /^o(\d{1,16})\.(\d{1,3})\.(.{0,64})\.(\d{1,15})$/.exec(text) ?? [];
  if (id === undefined) throw new WarmfhirError('page-token-invalid');
  return { in: 'overlay', key: [Number(time), Number(type), id, Number(version)] };
}
