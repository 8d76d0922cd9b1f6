import { resourceTypeCode } from '../../fhir/resource-type.ts';
import type { HistoryEntry } from '../document.ts';
import type { HistoryQuery } from '../history.ts';
import type { MasterFile } from './master-file.ts';
import { documentOf, type HistoryRow, type OverlayFile } from './overlay-file.ts';

export type HistoryScope = Pick<HistoryQuery, 'type' | 'id' | 'since' | 'at'>;

/** What orders versions, highest first; type as its code. */
export type VersionKey = readonly [lastUpdated: number, type: number, id: string, version: number];

/** A version, and where it stands. */
export interface FoundVersion {
  readonly key: VersionKey;
  readonly entry: HistoryEntry;
}

type VersionRow = HistoryRow & { readonly follows_delete: number };

interface Condition {
  readonly sql: string;
  readonly parameters: readonly (number | string)[];
}

const COLUMNS = 'v.type, v.id, v.version, v.last_updated, v.method, v.reviewed_at, v.json';
const FOLLOWS_DELETE = `EXISTS (SELECT 1 FROM history p
  WHERE p.type = v.type AND p.id = v.id AND p.version = v.version - 1 AND p.json IS NULL) AS follows_delete`;
/** When the version was replaced. */
const REPLACED_AT = `coalesce(
  (SELECT n.last_updated FROM history n WHERE n.type = v.type AND n.id = v.id AND n.version = v.version + 1),
  (SELECT d.last_updated FROM document d WHERE d.type = v.type AND d.id = v.id))`;

/** The versions that an overlay has of its own: current ones and former ones, without its copies of master documents. */
export class OverlayVersions {
  readonly #overlay: OverlayFile;
  readonly #firstVersion: number;
  readonly #arms: readonly { readonly table: string; readonly condition: Condition }[];

  constructor(overlay: OverlayFile, { version }: MasterFile, scope: HistoryScope) {
    this.#overlay = overlay;
    this.#firstVersion = version;
    const general = conditionOf(scope);
    const isOwn = `NOT (v.version = ? AND EXISTS (SELECT 1 FROM document d
      WHERE d.type = v.type AND d.id = v.id AND d.replaces IS NOT NULL))`;
    const former = {
      sql: `${general.sql} AND ${isOwn}${scope.at?.from === undefined ? '' : ` AND ${REPLACED_AT} > ?`}`,
      parameters: [...general.parameters, version, ...(scope.at?.from === undefined ? [] : [scope.at.from])],
    };
    this.#arms = [
      { table: 'document', condition: general },
      { table: 'history', condition: former },
    ];
  }

  count(): number {
    return this.#arms.reduce((total, { table, condition }) => {
      const sql = `SELECT count(*) AS versions FROM ${table} v WHERE ${condition.sql}`;
      return total + (this.#overlay.one(sql, ...condition.parameters) as { versions: number }).versions;
    }, 0);
  }

  /** At most `limit` versions whose key is below `key`, highest first. */
  before(key: VersionKey, limit: number): readonly FoundVersion[] {
    const rows = this.#arms.flatMap(({ table, condition }) => {
      const sql = `SELECT ${COLUMNS}, ${FOLLOWS_DELETE} FROM ${table} v
        WHERE ${condition.sql} AND (v.last_updated, v.type, v.id, v.version) < (?, ?, ?, ?)
        ORDER BY v.last_updated DESC, v.type DESC, v.id DESC, v.version DESC LIMIT ?`;
      return this.#overlay.all(sql, ...condition.parameters, ...key, limit) as VersionRow[];
    });
    return rows
      .sort((a, b) => compareKeys(keyOf(b), keyOf(a)))
      .slice(0, limit)
      .map((row) => ({ key: keyOf(row), entry: this.#entry(row) }));
  }

  #entry(row: VersionRow): HistoryEntry {
    const isNew = row.json !== null && (row.version === this.#firstVersion || row.follows_delete === 1);
    return { method: row.method, isNew, document: documentOf(row) };
  }
}

function conditionOf({ type, id, since, at }: HistoryScope): Condition {
  const parts: [sql: string, parameter: number | string | undefined][] = [
    ['v.type = ?', type === undefined ? undefined : resourceTypeCode(type)],
    ['v.id = ?', id],
    ['v.last_updated >= ?', since],
    ['v.last_updated < ?', at?.until],
  ];
  const given = parts.filter((part): part is [string, number | string] => part[1] !== undefined);
  return {
    sql: given.length === 0 ? 'true' : given.map(([sql]) => sql).join(' AND '),
    parameters: given.map(([, parameter]) => parameter),
  };
}

function keyOf({ last_updated, type, id, version }: VersionRow): VersionKey {
  return [last_updated, type, id, version];
}

/** As SQLite compares them: ids are ASCII, so code units will do. */
export function compareKeys(one: VersionKey, other: VersionKey): number {
  for (const [index, value] of one.entries()) {
    if (value !== other[index]) return value < other[index]! ? -1 : 1;
  }
  return 0;
}
