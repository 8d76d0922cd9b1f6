import { masterTables, SCHEMA } from './master-tables.ts';
import { TENANT_IS_NAMED, VERSION } from './read-statements.ts';
import type { Statement } from './statement.ts';

const DOCUMENT = `${SCHEMA}.tenant_document`;
/** What a tenant's changes add to the master's counts, by type. tenant */
export const REVIEW_COUNTS: Statement = {
  name: 'review_counts',
  text: `SELECT d.type, count(d.json) - count(d.replaces) AS added,
      count(*) FILTER (WHERE d.json IS NOT NULL AND d.reviewed_at IS NOT NULL) AS reviewed
    FROM ${DOCUMENT} d WHERE d.tenant_id = $1 GROUP BY d.type`,
};

/** Documents that a list leaves out: deleted ones, and those of the other review state; that is $3, or null. */
const HIDDEN = '(d.json IS NULL OR ($3::boolean IS NOT NULL AND (d.reviewed_at IS NOT NULL) <> $3))';

/** For a list: master documents that the overlay hides, and documents of its own. tenant, type, reviewed */
export const LIST_COUNT: Statement = {
  name: 'list_count',
  text: `SELECT count(*) FILTER (WHERE d.replaces IS NOT NULL AND ${HIDDEN}) AS hidden,
      count(*) FILTER (WHERE d.replaces IS NULL AND NOT ${HIDDEN}) AS own,
      count(*) FILTER (WHERE NOT ${HIDDEN}) AS shown
    FROM ${DOCUMENT} d WHERE d.tenant_id = $1 AND d.type = $2`,
};

/** Documents of the overlay in order of first appearance. tenant, type, reviewed, limit, offset */
export const OVERLAY_LIST: Statement = {
  name: 'overlay_list',
  text: `SELECT ${VERSION} FROM ${DOCUMENT} d WHERE d.tenant_id = $1 AND d.type = $2 AND d.first_rid > 0 AND NOT ${HIDDEN}
    ORDER BY d.first_rid LIMIT $4 OFFSET $5`,
};

export interface ListStatements {
  /** Both arms in order of first appearance. tenant, type, reviewed, limit, offset */
  readonly list: Statement;
}

export function listStatements(generation: number): ListStatements {
  const { document } = masterTables(generation);
  return {
    list: {
      name: `list_g${generation}`,
      text: `SELECT coalesce(d.type, m.type) AS type, coalesce(d.id, m.id) AS id,
          d.version, d.last_updated, d.method, d.reviewed_at, coalesce(d.json, m.json) AS json
        FROM (SELECT first_rid FROM (
            SELECT m.rid AS first_rid FROM ${document} m WHERE ${TENANT_IS_NAMED} AND m.type = $2 AND NOT EXISTS (
              SELECT FROM ${DOCUMENT} d
              WHERE d.tenant_id = $1 AND d.type = $2 AND d.first_rid = m.rid AND d.first_rid > 0 AND ${HIDDEN})
            UNION ALL
            SELECT d.first_rid FROM ${DOCUMENT} d
              WHERE d.tenant_id = $1 AND d.type = $2 AND d.replaces IS NULL AND d.first_rid > 0 AND NOT ${HIDDEN}
          ) shown ORDER BY first_rid LIMIT $4 OFFSET $5) page
        LEFT JOIN ${DOCUMENT} d ON d.tenant_id = $1 AND d.type = $2 AND d.first_rid = page.first_rid AND d.first_rid > 0
        LEFT JOIN ${document} m ON m.type = $2 AND m.rid = page.first_rid
        ORDER BY page.first_rid`,
    },
  };
}
