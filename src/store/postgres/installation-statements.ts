import { SCHEMA } from './master-tables.ts';
import type { Statement } from './statement.ts';

/** Bytes of the tables with their indexes, on this node. */
export const SIZES: Statement = {
  name: 'sizes',
  text: `SELECT
    (SELECT coalesce(sum(g.bytes), 0)::bigint FROM ${SCHEMA}.generation g) AS master,
    (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
      WHERE c.relnamespace = '${SCHEMA}'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'tenant\\_%') AS overlay,
    (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
      WHERE c.relnamespace = '${SCHEMA}'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE 'tenant\\_%') AS system`,
};

/** Reads one document of the newest sealed generation, where there is one. */
export const NEWEST_SEALED: Statement = {
  name: 'newest_sealed',
  text: `SELECT max(g.number) AS number FROM ${SCHEMA}.generation g WHERE g.state = 'sealed'`,
};
