import { masterTables, SCHEMA } from './master-tables.ts';
import type { Statement } from './statement.ts';

export const GET_STATUS: Statement = {
  name: 'get_status',
  text: `SELECT s.id, s.ready, s.started_at, s.completed_at, s.message FROM ${SCHEMA}.ingestion_status s`,
};

/** id, ready, started, completed, message */
export const SET_STATUS: Statement = {
  name: 'set_status',
  text: `INSERT INTO ${SCHEMA}.ingestion_status (id, ready, started_at, completed_at, message)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET ready = excluded.ready,
    started_at = excluded.started_at, completed_at = excluded.completed_at, message = excluded.message`,
};

export const LIST_GENERATIONS: Statement = {
  name: 'list_generations',
  text: `SELECT g.number, g.state, g.started_at, g.sealed_at, g.resources, g.bytes,
      (SELECT count(*) FROM ${SCHEMA}.tenant t WHERE t.generation = g.number) AS tenants
    FROM ${SCHEMA}.generation g ORDER BY g.number`,
};

/** Generation number. */
export const STARTED_AT: Statement = {
  name: 'started_at',
  text: `SELECT g.started_at FROM ${SCHEMA}.generation g WHERE g.number = $1 AND g.state = 'sealed'`,
};

/** Documents by type of a sealed generation. */
export function typeCounts(generation: number): Statement {
  return {
    name: `type_counts_g${generation}`,
    text: `SELECT c.type, c.documents FROM ${masterTables(generation).typeCount} c`,
  };
}
