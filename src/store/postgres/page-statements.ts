import { masterTables, SCHEMA } from './master-tables.ts';
import { ROW_BY_ROW, TENANT_IS_NAMED, VERSION } from './read-statements.ts';
import type { Statement } from './statement.ts';

const DOCUMENT = `${SCHEMA}.tenant_document`;
const SHADOW = `${SCHEMA}.tenant_shadow`;

/** tenant, type, reviewed or null, instants as a multirange */
const MATCHES = `d.tenant_id = $1 AND d.type = $2 AND d.json IS NOT NULL
  AND ($3::boolean IS NULL OR (d.reviewed_at IS NOT NULL) = $3) AND d.last_updated <@ $4::int8multirange`;

/** Master documents as the overlay's rows look, under the same names. */
const MASTER_COLUMNS = `m.rid, m.type, m.id, NULL::bigint AS version, NULL::bigint AS last_updated, NULL::text AS method,
  NULL::bigint AS reviewed_at, m.json`;

const UNSHADOWED = `NOT EXISTS (
  SELECT FROM ${SHADOW} s WHERE s.tenant_id = $1 AND s.type = $2 AND s.master_rid = m.rid ${ROW_BY_ROW})`;

/**
 * How a page is walked: down from the newest or up from the oldest, on both arms or on the overlay alone. The arms come
 * ordered, and no more of them is read than the page takes.
 */
export type Walk = 'newest' | 'oldest';

/** The overlay's documents alone. tenant, type, reviewed, instants, rid that is passed, limit */
export const OVERLAY_PAGES: Readonly<Record<Walk, Statement>> = {
  newest: { name: 'overlay_newest', text: `${overlayArm('newest')} LIMIT $6` },
  oldest: { name: 'overlay_oldest', text: `${overlayArm('oldest')} LIMIT $6` },
};

/** How many of the overlay match, and how many master documents it hides. tenant, type, reviewed, instants */
export const COUNT: Statement = {
  name: 'count',
  text: `SELECT (SELECT count(*) FROM ${DOCUMENT} d WHERE ${MATCHES}) AS own,
    (SELECT count(*) FROM ${SHADOW} s WHERE s.tenant_id = $1 AND s.type = $2) AS shadowed`,
};

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

export interface PageStatements {
  /** As the overlay's alone, with the master's documents that it does not shadow. */
  readonly pages: Readonly<Record<Walk, Statement>>;
  /** Documents of given ids on both arms. tenant, type, ids */
  readonly byIds: Statement;
  /** Both arms in order of first appearance. tenant, type, reviewed, limit, offset */
  readonly list: Statement;
}

export function pageStatements(generation: number): PageStatements {
  const { document } = masterTables(generation);
  const both = (walk: Walk): Statement => {
    const [compare, direction] = walk === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
    return {
      name: `page_${walk}_g${generation}`,
      text: `SELECT * FROM (
        (${overlayArm(walk)} LIMIT $6)
        UNION ALL
        (SELECT ${MASTER_COLUMNS} FROM ${document} m
          WHERE ${TENANT_IS_NAMED} AND m.type = $2 AND m.rid ${compare} $5 AND ${UNSHADOWED} ORDER BY m.rid ${direction} LIMIT $6)
        ) both_arms ORDER BY rid ${direction} LIMIT $6`,
    };
  };
  return {
    pages: { newest: both('newest'), oldest: both('oldest') },
    byIds: {
      name: `page_ids_g${generation}`,
      text: `SELECT d.rid, ${VERSION} FROM ${DOCUMENT} d
        WHERE d.tenant_id = $1 AND d.type = $2 AND d.id = ANY($3::text[]) AND d.json IS NOT NULL
        UNION ALL
        SELECT ${MASTER_COLUMNS} FROM ${document} m
        WHERE ${TENANT_IS_NAMED} AND m.type = $2 AND m.id = ANY($3::text[]) AND NOT EXISTS (
          SELECT FROM ${DOCUMENT} s WHERE s.tenant_id = $1 AND s.type = $2 AND s.id = m.id ${ROW_BY_ROW})`,
    },
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

function overlayArm(walk: Walk): string {
  const [compare, direction] = walk === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
  return `SELECT d.rid, ${VERSION} FROM ${DOCUMENT} d WHERE ${MATCHES} AND d.rid ${compare} $5 ORDER BY d.rid ${direction}`;
}
