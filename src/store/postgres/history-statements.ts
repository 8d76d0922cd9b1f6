import { masterTables, SCHEMA } from './master-tables.ts';
import { ROW_BY_ROW, TENANT_IS_NAMED } from './read-statements.ts';
import type { Statement } from './statement.ts';

/** Of what a history is asked for. */
export type HistoryScope = 'collection' | 'type' | 'document';

/** What the scope adds to a condition, its values being the last ones; the type's number first. */
function ofScope(scope: HistoryScope, alias: string, first: number): string {
  const type = scope === 'collection' ? '' : ` AND ${alias}.type = $${first}`;
  return scope === 'document' ? `${type} AND ${alias}.id = $${first + 1}` : type;
}

const ORDER = 'last_updated DESC, type DESC, id DESC, version DESC';
const COLUMNS = 'v.type, v.id, v.version, v.last_updated, v.method, v.is_new, v.reviewed_at, v.json';
const DOCUMENT = `${SCHEMA}.tenant_document`;
const HISTORY = `${SCHEMA}.tenant_history`;

/** tenant, since, until */
const IN_TIME = 'v.tenant_id = $1 AND v.last_updated >= $2 AND v.last_updated < $3';
/** A former version that was the tenant's own, and still current after the time in $4. */
const WAS_CURRENT = 'NOT v.copied AND v.replaced_at > $4';

/** Current and former versions of the overlay below a key, each arm in order. $5 to $8 are the key, $9 the limit. */
function overlayArms(scope: HistoryScope, first: number): string {
  const below = `(v.last_updated, v.type, v.id, v.version) < ($5, $6, $7, $8)${ofScope(scope, 'v', first)}`;
  const order = 'ORDER BY v.last_updated DESC, v.type DESC, v.id DESC, v.version DESC LIMIT $9';
  return `(SELECT ${COLUMNS} FROM ${DOCUMENT} v WHERE ${IN_TIME} AND ${below} ${order})
    UNION ALL
    (SELECT ${COLUMNS} FROM ${HISTORY} v WHERE ${IN_TIME} AND ${WAS_CURRENT} AND ${below} ${order})`;
}

function perScope(make: (scope: HistoryScope) => Statement): Readonly<Record<HistoryScope, Statement>> {
  return { collection: make('collection'), type: make('type'), document: make('document') };
}

/**
 * Versions of the overlay alone, newest first. tenant, since, until, from, then the key that they lie below: time, type, id,
 * version; limit; then what the scope asks for
 */
export const OVERLAY_HISTORY = perScope((scope) => ({
  name: `overlay_history_${scope}`,
  text: `SELECT * FROM (${overlayArms(scope, 10)}) arms ORDER BY ${ORDER} LIMIT $9`,
}));

/**
 * How many versions the overlay has, and how many of the master's were replaced before the range began. tenant, since,
 * until, from; then what the scope asks for
 */
export const HISTORY_COUNT = perScope((scope) => ({
  name: `history_count_${scope}`,
  text: `SELECT
    (SELECT count(*) FROM ${DOCUMENT} v WHERE ${IN_TIME}${ofScope(scope, 'v', 5)})
    + (SELECT count(*) FROM ${HISTORY} v WHERE ${IN_TIME} AND ${WAS_CURRENT}${ofScope(scope, 'v', 5)}) AS own,
    (SELECT count(*) FROM ${HISTORY} v
      WHERE v.tenant_id = $1 AND v.copied AND v.replaced_at <= $4${ofScope(scope, 'v', 5)}) AS gone`,
}));

export interface HistoryStatements {
  /**
   * As the overlay's alone, with the master's. Before what the scope asks for come the master's time and version, and the
   * key that its documents lie below: type, id, version.
   */
  readonly history: Readonly<Record<HistoryScope, Statement>>;
  /** Whether the master has a document. type, id */
  readonly has: Statement;
}

export function historyStatements(generation: number): HistoryStatements {
  const { document } = masterTables(generation);
  return {
    history: perScope((scope) => ({
      name: `history_${scope}_g${generation}`,
      text: `SELECT * FROM (${overlayArms(scope, 15)}
        UNION ALL
        (SELECT m.type, m.id, $11::bigint AS version, $10::bigint AS last_updated, NULL::text AS method, true AS is_new,
            NULL::bigint AS reviewed_at, m.json
          FROM ${document} m
          WHERE ${TENANT_IS_NAMED} AND (m.type, m.id, $11::bigint) < ($12, $13, $14)
            AND NOT EXISTS (SELECT FROM ${HISTORY} h WHERE h.tenant_id = $1 AND h.type = m.type AND h.id = m.id
              AND h.version = $11 AND h.copied AND h.replaced_at <= $4 ${ROW_BY_ROW})${ofScope(scope, 'm', 15)}
          ORDER BY m.type DESC, m.id DESC LIMIT $9)
        ) arms ORDER BY ${ORDER} LIMIT $9`,
    })),
    has: {
      name: `has_g${generation}`,
      text: `SELECT m.rid FROM ${document} m WHERE m.type = $1 AND m.id = $2`,
    },
  };
}
