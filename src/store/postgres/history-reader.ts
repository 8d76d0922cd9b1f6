import { WarmfhirError } from '../../errors.ts';
import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { HistoryEntry } from '../document.ts';
import type { HistoryPage, HistoryQuery } from '../history.ts';
import type { Database } from './database.ts';
import { documentVersionOf, type VersionRow } from './document-row.ts';
import { HISTORY_COUNT, type HistoryScope, OVERLAY_HISTORY } from './history-statements.ts';
import type { MasterGeneration } from './master-generations.ts';
import { call } from './statement.ts';

/** What orders versions, highest first; type as its code. */
type VersionKey = readonly [lastUpdated: number, type: number, id: string, version: number];

type HistoryRow = Omit<VersionRow, 'method'> & {
  /** Null for the master's. */
  readonly method: VersionRow['method'] | null;
  readonly is_new: boolean;
};

const TOP: VersionKey = [Number.MAX_SAFE_INTEGER, 0, '', 0];
/** Above the code of every type. */
const ABOVE_ALL = [32_767, '', 0] as const;

/** Versions of a collection, newest first; a page takes one round trip. */
export class HistoryReader {
  readonly #database: Database;
  readonly #serial: number;
  readonly #master: MasterGeneration;

  constructor(database: Database, serial: number, master: MasterGeneration) {
    this.#database = database;
    this.#serial = serial;
    this.#master = master;
  }

  async page(query: HistoryQuery): Promise<HistoryPage> {
    const { type, id, since, at, count } = query;
    const scope = type === undefined ? [] : [resourceTypeCode(type), ...(id === undefined ? [] : [id])];
    const name: HistoryScope = type === undefined ? 'collection' : id === undefined ? 'type' : 'document';
    const range = [
      since ?? Number.MIN_SAFE_INTEGER,
      at?.until ?? Number.MAX_SAFE_INTEGER,
      at?.from ?? Number.MIN_SAFE_INTEGER,
    ];
    const key = query.cursor === undefined ? TOP : parseKey(query.cursor);
    const page = [this.#serial, ...range, ...key, count + 1];
    const master = this.#masterCounts(query);
    const { lastUpdated, version } = this.#master;
    const below = lastUpdated < key[0] ? ABOVE_ALL : key.slice(1);
    const statement =
      master && lastUpdated <= key[0]
        ? call(this.#master.statements.history[name], ...page, lastUpdated, version, ...below, ...scope)
        : call(OVERLAY_HISTORY[name], ...page, ...scope);
    const [counted, found, has] = await this.#database.search(this.#serial, [
      call(HISTORY_COUNT[name], this.#serial, ...range, ...scope),
      statement,
      ...(name === 'document' ? [call(this.#master.statements.has, ...scope)] : []),
    ]);
    const { own, gone } = counted!.rows[0] as { own: number; gone: number };
    const inMaster = has === undefined ? this.#countOf(type) : has.rows.length;
    const rows = found!.rows as unknown as HistoryRow[];
    const shown = rows.slice(0, count);
    return {
      entries: shown.map((row) => this.#entry(row)),
      total: master ? own + inMaster - gone : own,
      ...(rows.length > count && count > 0 && { next: keyText(shown.at(-1)!) }),
    };
  }

  /** All documents of the master have the same time: so a range takes all of them or none, but for those replaced. */
  #masterCounts({ since, at }: HistoryQuery): boolean {
    const time = this.#master.lastUpdated;
    return time >= (since ?? time) && time < (at?.until ?? Number.POSITIVE_INFINITY);
  }

  #countOf(type: string | undefined): number {
    const { counts } = this.#master;
    if (type !== undefined) return counts.get(type) ?? 0;
    let total = 0;
    for (const documents of counts.values()) total += documents;
    return total;
  }

  #entry(row: HistoryRow): HistoryEntry {
    return { method: row.method ?? 'POST', isNew: row.is_new, document: documentVersionOf(row) };
  }
}

function keyText({ last_updated, type, id, version }: HistoryRow): string {
  return `${last_updated}.${type}.${id}.${version}`;
}

/** @throws page-token-invalid */
function parseKey(text: string): VersionKey {
  const [, time, type, id, version] = /^(\d{1,16})\.(\d{1,3})\.(.{1,64})\.(\d{1,15})$/.exec(text) ?? [];
  if (id === undefined) throw new WarmfhirError('page-token-invalid');
  return [Number(time), Number(type), id, Number(version)];
}
