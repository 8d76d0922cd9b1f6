import { SCHEMA } from './master-tables.ts';
import type { Statement } from './statement.ts';

const TENANT = `${SCHEMA}.tenant`;
const RECORD = 't.tenant_id, t.id, t.generation, t.overlay, t.created_at, t.warmed_at, t.last_request';

/** Channel on which nodes hear that the registry changed; the payload is the number of the change. */
export const CHANGE_CHANNEL = 'warmfhir_change';

/**
 * Ends every transaction that changes what other nodes keep of the registry: counts up one number, whose lock orders
 * these transactions, and tells whoever listens once it is committed.
 */
export const COUNT_UP: Statement = {
  name: 'count_up',
  text: `WITH counted AS (UPDATE ${SCHEMA}.change c SET number = c.number + 1 WHERE c.id = 1 RETURNING c.number)
    SELECT number, pg_notify('${CHANGE_CHANNEL}', number::text) FROM counted`,
};

/** The number of the last change and the database's clock in milliseconds. */
export const LOOK: Statement = {
  name: 'look',
  text: `SELECT c.number, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now FROM ${SCHEMA}.change c`,
};

/** id */
export const GET_TENANT: Statement = {
  name: 'get_tenant',
  text: `SELECT ${RECORD} FROM ${TENANT} t WHERE t.id = $1 AND NOT t.erased`,
};

export const LIST_TENANTS: Statement = {
  name: 'list_tenants',
  text: `SELECT ${RECORD} FROM ${TENANT} t WHERE NOT t.erased ORDER BY t.id`,
};

/** How many there are, and how many were warmed or used since. idle since */
export const COUNT_TENANTS: Statement = {
  name: 'count_tenants',
  text: `SELECT count(*) AS registered, count(*) FILTER (
      WHERE t.warmed_at IS NOT NULL AND greatest(t.warmed_at, coalesce(t.last_request, 0)) > $1) AS warm
    FROM ${TENANT} t WHERE NOT t.erased`,
};

/**
 * Makes a tenant on the newest sealed generation, or warms the one that there is. No row where there is no such
 * generation, or where a tenant of this id is not wholly erased yet. id, now
 */
export const WARM: Statement = {
  name: 'warm',
  text: `INSERT INTO ${TENANT} AS t (id, generation, created_at, warmed_at, last_request)
    SELECT $1::text, max(g.number), $2::bigint, $2::bigint, $2::bigint FROM ${SCHEMA}.generation g
      WHERE g.state = 'sealed' HAVING max(g.number) IS NOT NULL
    ON CONFLICT (id) DO UPDATE
      SET warmed_at = $2::bigint, last_request = greatest(coalesce(t.last_request, 0), $2::bigint) WHERE NOT t.erased
    RETURNING ${RECORD}, t.xmax = 0 AS created`,
};

/** id */
export const COOL: Statement = {
  name: 'cool',
  text: `UPDATE ${TENANT} t SET warmed_at = NULL WHERE t.id = $1 AND NOT t.erased`,
};

/** Rows are locked in the order of their ids, so that two nodes never wait for each other. ids, times */
export const RECORD_REQUESTS: Statement = {
  name: 'record_requests',
  text: `WITH known AS (
      SELECT t.tenant_id, r.at FROM ${TENANT} t
        JOIN unnest($1::text[], $2::bigint[]) AS r(id, at) ON r.id = t.id
        ORDER BY t.id FOR NO KEY UPDATE OF t)
    UPDATE ${TENANT} t SET last_request = greatest(coalesce(t.last_request, 0), known.at)
      FROM known WHERE known.tenant_id = t.tenant_id`,
};

/** Says that the tenant has changed something; no row where it was deleted. tenant */
export const NOTE_OVERLAY: Statement = {
  name: 'note_overlay',
  text: `UPDATE ${TENANT} t SET overlay = true WHERE t.tenant_id = $1 AND NOT t.erased RETURNING t.tenant_id`,
};

/** From now on the tenant is gone for everybody; its rows follow. id */
export const BEGIN_ERASING: Statement = {
  name: 'begin_erasing',
  text: `UPDATE ${TENANT} t SET erased = true WHERE t.id = $1 AND NOT t.erased RETURNING t.tenant_id`,
};

/** Tenants whose erasure was begun and not ended. */
export const HALF_ERASED: Statement = {
  name: 'half_erased',
  text: `SELECT t.tenant_id, t.id FROM ${TENANT} t WHERE t.erased ORDER BY t.tenant_id`,
};

/** Taken by the one node that does what has to be done once; it ends with the transaction. */
export const ONE_NODE: Statement = {
  name: 'one_node',
  text: 'SELECT pg_try_advisory_xact_lock(1463898724, 3) AS taken',
};

/** tenant */
export const END_ERASING: Statement = {
  name: 'end_erasing',
  text: `DELETE FROM ${TENANT} t WHERE t.tenant_id = $1 AND t.erased`,
};

/** What a tenant's changes are and take: a hundred bytes for each row beside its text. tenant */
export const USAGE: Statement = {
  name: 'usage',
  text: `SELECT d.documents, d.bytes + h.bytes AS bytes FROM
    (SELECT count(*) AS documents, coalesce(sum(100 + coalesce(pg_column_size(o.json), 0)), 0)::bigint AS bytes
      FROM ${SCHEMA}.tenant_document o WHERE o.tenant_id = $1) d,
    (SELECT coalesce(sum(100 + coalesce(pg_column_size(o.json), 0)), 0)::bigint AS bytes
      FROM ${SCHEMA}.tenant_history o WHERE o.tenant_id = $1) h`,
};
