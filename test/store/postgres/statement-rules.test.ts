import { describe, expect, it } from 'vitest';
import { violations, writtenTables } from './statement-rules.ts';

const KEPT = [
  'SELECT json FROM tenant_document d WHERE d.tenant_id = $1 AND d.id = $2',
  'SELECT json FROM tenant_document WHERE id = $2 AND tenant_id = $1::bigint',
  'SELECT 1 FROM tenant_document d LEFT JOIN tenant_shadow s ON s.tenant_id = d.tenant_id WHERE d.tenant_id = 7',
  'SELECT 1 FROM (VALUES ($2, $3)) k(type, id) LEFT JOIN tenant_document d ON (d.tenant_id, d.id) = ($1, k.id)',
  `SELECT rid FROM tenant_document WHERE tenant_id = $1 UNION ALL SELECT m.rid FROM g1.document m
   WHERE NOT EXISTS (SELECT 1 FROM tenant_shadow s WHERE s.tenant_id = $1 AND s.master_rid = m.rid) LIMIT 5`,
  'SELECT 1 FROM tenant_document d WHERE d.tenant_id = $1 AND EXISTS (SELECT FROM tenant_history h WHERE h.tenant_id = d.tenant_id)',
  'WITH gone AS (DELETE FROM tenant_shadow WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM gone',
  'INSERT INTO tenant_shadow (tenant_id, type, master_rid) VALUES ($1, 1, 2), ($1, 1, 3) ON CONFLICT (tenant_id, type, master_rid) DO NOTHING',
  'INSERT INTO tenant_history (tenant_id, id) SELECT tenant_id, id FROM tenant_document WHERE tenant_id = $1',
  'UPDATE tenant_document d SET json = v.json FROM (VALUES ($2, $3)) v(id, json) WHERE d.tenant_id = $1 AND d.id = v.id',
  'DELETE FROM tenant_document d USING tenant_shadow s WHERE d.tenant_id = $1 AND s.tenant_id = $1',
  'UPDATE tenant SET last_request = extract(epoch FROM now()) WHERE id = $1',
  "SET LOCAL app.tenant = '7'",
];

const BROKEN: readonly (readonly [sql: string, what: RegExp])[] = [
  ['SELECT 1 FROM tenant_document WHERE id = $1', /tenant_document is not bound/],
  ['SELECT 1 FROM tenant_document WHERE tenant_id = $1 OR id = $2', /not bound/],
  ['SELECT 1 FROM tenant_document WHERE tenant_id > $1', /not bound/],
  ['SELECT 1 FROM tenant_document WHERE tenant_id = ANY($1)', /not bound/],
  ['SELECT 1 FROM tenant_document d, tenant_shadow s WHERE d.tenant_id = $1', /tenant_shadow is not bound/],
  [
    'SELECT 1 FROM tenant_document d LEFT JOIN tenant_shadow s ON d.tenant_id = $1 AND s.tenant_id = $1',
    /tenant_document is not bound/,
  ],
  [
    'SELECT 1 FROM tenant_document d LEFT JOIN tenant_shadow s ON s.rid = d.rid WHERE d.tenant_id = $1',
    /tenant_shadow is not bound/,
  ],
  [
    'SELECT 1 FROM tenant_document WHERE tenant_id = $1 UNION ALL SELECT 1 FROM tenant_document',
    /tenant_document is not bound/,
  ],
  ['SELECT 1 FROM g1.document WHERE rid IN (SELECT master_rid FROM tenant_shadow)', /tenant_shadow/],
  ['SELECT (SELECT count(*) FROM tenant_shadow) FROM tenant_document WHERE tenant_id = $1', /tenant_shadow/],
  [
    'SELECT 1 FROM tenant t JOIN tenant_document d ON d.tenant_id = t.tenant_id WHERE t.tenant_id = $1',
    /another node/,
  ],
  ['WITH w AS (SELECT 1 FROM tenant_history) SELECT * FROM w', /tenant_history/],
  ['INSERT INTO tenant_shadow (type) VALUES (1)', /without a tenant_id/],
  ['INSERT INTO tenant_shadow VALUES ($1, 2, 3)', /without a tenant_id/],
  ['INSERT INTO tenant_shadow (tenant_id) SELECT $1 FROM unnest($2::int[])', /does not stay on one worker/],
  ['INSERT INTO tenant_history (tenant_id) SELECT $1 FROM g1.document', /does not stay on one worker/],
  ['INSERT INTO tenant_shadow (tenant_id) VALUES (currval($1))', /parameter or a literal/],
  ['INSERT INTO tenant_shadow (tenant_id, a) VALUES ($1, 2) ON CONFLICT (a) DO NOTHING', /ON CONFLICT/],
  ['UPDATE tenant_document SET last_updated = now() WHERE tenant_id = $1', /now in a write/],
  [
    'UPDATE tenant_document SET last_updated = CURRENT_TIMESTAMP WHERE tenant_id = $1',
    /TIMESTAMP in a write/,
  ],
  ['UPDATE tenant_document SET json = $1', /not bound/],
  ['DELETE FROM tenant_document WHERE id = $1', /not bound/],
  ['TRUNCATE tenant_document', /every tenant/],
  ['CREATE TRIGGER t AFTER INSERT ON tenant_document EXECUTE FUNCTION f()', /triggers/],
  ["SELECT set_config('app.tenant', '7', true)", /set_config/],
  ['SET plan_cache_mode = force_generic_plan', /plan_cache_mode/],
];

describe('the rules of statements', () => {
  it.each(KEPT)('are kept by %s', async (sql) => {
    expect(await violations(sql)).toEqual([]);
  });

  it.each(BROKEN)('are broken by %s', async (sql, what) => {
    expect((await violations(sql)).join('; ')).toMatch(what);
  });

  it('know the tables that are written, in a WITH also', async () => {
    expect(
      await writtenTables('WITH a AS (DELETE FROM tenant_shadow RETURNING 1) INSERT INTO change SELECT 1'),
    ).toEqual(['change', 'tenant_shadow']);
  });
});
