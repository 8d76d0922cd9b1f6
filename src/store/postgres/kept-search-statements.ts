import { MOST_KEPT_SEARCHES } from '../store.ts';
import { SCHEMA } from './master-tables.ts';
import type { Statement } from './statement.ts';

const SEARCH = `${SCHEMA}.tenant_search`;

/** tenant, hash, now */
export const KEPT_SEARCH: Statement = {
  name: 'kept_search',
  text: `SELECT s.hash, s.text, s.expires FROM ${SEARCH} s WHERE s.tenant_id = $1 AND s.hash = $2 AND s.expires > $3`,
};

/** tenant, now */
export const DROP_EXPIRED_SEARCHES: Statement = {
  name: 'drop_expired_searches',
  text: `DELETE FROM ${SEARCH} s WHERE s.tenant_id = $1 AND s.expires <= $2`,
};

/** tenant, hash, text, expires */
export const KEEP_SEARCH: Statement = {
  name: 'keep_search',
  text: `INSERT INTO ${SEARCH} AS s (tenant_id, hash, text, expires) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, hash) DO UPDATE SET expires = greatest(s.expires, excluded.expires)`,
};

/** Drops all but the youngest. tenant */
export const DROP_OLDEST_SEARCHES: Statement = {
  name: 'drop_oldest_searches',
  text: `DELETE FROM ${SEARCH} s WHERE s.tenant_id = $1 AND s.hash IN (
    SELECT e.hash FROM ${SEARCH} e WHERE e.tenant_id = $1 ORDER BY e.expires DESC, e.hash OFFSET ${MOST_KEPT_SEARCHES})`,
};
