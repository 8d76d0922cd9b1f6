import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { MasterFile, TypedMasterRow } from './master-file.ts';
import type { OverlayFile } from './overlay-file.ts';
import {
  compareKeys,
  type FoundVersion,
  type HistoryScope,
  OverlayVersions,
  type VersionKey,
} from './overlay-versions.ts';

const TOP: VersionKey = [Number.MAX_SAFE_INTEGER, 0, '', 0];
/** Above every type and every id. */
const ABOVE_ALL = { type: Number.MAX_SAFE_INTEGER, id: '~' };
/** Documents looked at in one go while those that do not count are dropped. */
const STRIDE = 512;

/** Versions of a collection, newest first, and those of one time by type, id and version. */
export class HistoryReader {
  readonly #master: MasterFile;
  readonly #overlay: OverlayFile | undefined;

  constructor(master: MasterFile, overlay: OverlayFile | undefined) {
    this.#master = master;
    this.#overlay = overlay;
  }

  page(query: HistoryQuery): HistoryPage {
    const from = query.cursor === undefined ? TOP : parseKey(query.cursor);
    const versions = this.#overlay && new OverlayVersions(this.#overlay, this.#master, scopeOf(query));
    const total = (versions?.count() ?? 0) + this.#masterCount(query);
    if (query.count === 0) return { entries: [], total };
    const limit = query.count + 1;
    const found = [...(versions?.before(from, limit) ?? []), ...this.#masterVersions(query, from, limit)]
      .sort((a, b) => compareKeys(b.key, a.key))
      .slice(0, limit);
    const shown = found.slice(0, query.count);
    return {
      entries: shown.map(({ entry }) => entry),
      total,
      ...(found.length > query.count && { next: shown.at(-1)!.key.join('.') }),
    };
  }

  #masterVersions(query: HistoryQuery, key: VersionKey, limit: number): readonly FoundVersion[] {
    const [time, ...rest] = key;
    const { lastUpdated, version } = this.#master;
    if (!this.#masterCounts(query) || time < lastUpdated) return [];
    const { type, id } = query;
    const code = type === undefined ? undefined : resourceTypeCode(type);
    if (type !== undefined && id !== undefined) {
      const row = this.#master.row(type, id);
      if (row === undefined || compareKeys([lastUpdated, code!, id, version], key) >= 0) return [];
      return this.#wasCurrent(type, id, query) ? [this.#masterVersion({ ...row, type: code! })] : [];
    }
    const found: FoundVersion[] = [];
    let from =
      time > lastUpdated ? { type: code ?? ABOVE_ALL.type, id: ABOVE_ALL.id } : keyAbove(rest, version);
    while (found.length < limit) {
      const stride = Math.max(limit, STRIDE);
      const rows = this.#master.before(from, { limit: stride, ofType: code !== undefined });
      for (const row of rows) {
        if (found.length === limit) break;
        if (this.#wasCurrent(resourceTypeOfCode(row.type), row.id, query))
          found.push(this.#masterVersion(row));
      }
      if (rows.length < stride) break;
      from = rows.at(-1)!;
    }
    return found;
  }

  #masterVersion({ type, id, json }: Pick<TypedMasterRow, 'type' | 'id' | 'json'>): FoundVersion {
    const { lastUpdated, version } = this.#master;
    const document = this.#master.document(resourceTypeOfCode(type), id, json);
    return { key: [lastUpdated, type, id, version], entry: { method: 'POST', isNew: true, document } };
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

/** Where the documents begin whose version in the master lies below a version. */
function keyAbove([type, id, version]: readonly [number, string, number], inMaster: number) {
  // A space comes before whatever an id can go on with.
  return { type, id: version > inMaster ? `${id} ` : id };
}

/** @throws page-token-invalid */
function parseKey(text: string): VersionKey {
  const [, time, type, id, version] = /^(\d{1,16})\.(\d{1,3})\.(.{1,64})\.(\d{1,15})$/.exec(text) ?? [];
  if (id === undefined) throw new WarmfhirError('page-token-invalid');
  return [Number(time), Number(type), id, Number(version)];
}
