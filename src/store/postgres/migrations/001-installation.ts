import { APP_ROLE, SCHEMA } from '../master-tables.ts';
import { createValueIndexes, INDEX_COLUMNS_SQL, keyOfValues } from '../search/value-columns.ts';

/** Tables with tenants' own rows. */
export const TENANT_TABLES: readonly string[] = [
  'tenant_overlay',
  'tenant_document',
  'tenant_history',
  'tenant_shadow',
  'tenant_search',
  'tenant_index_value',
];

/**
 * `is_new`: the document did not exist right before that version. `copied`: the version is the master's own. Times are
 * milliseconds since the epoch. Tables of the installation lie on one node; those that begin with `tenant_`
 * hold tenants' documents, are led by `tenant_id` and under row-level security.
 *
 * Indexes that begin like the primary key are partial, so that a read by key can be planned in one way only: before the
 * first statistics they all look alike.
 */
export const INSTALLATION = `
CREATE TABLE ${SCHEMA}.setting (name text PRIMARY KEY, value bytea NOT NULL);

CREATE TABLE ${SCHEMA}.ingestion_status (
  id text PRIMARY KEY, ready boolean NOT NULL, started_at text, completed_at text, message text NOT NULL);

CREATE TABLE ${SCHEMA}.generation (
  number integer PRIMARY KEY, state text NOT NULL, sources text NOT NULL, started_at bigint NOT NULL,
  sealed_at bigint, resources bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0);

CREATE TABLE ${SCHEMA}.tenant (
  tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE, generation integer NOT NULL REFERENCES ${SCHEMA}.generation,
  overlay boolean NOT NULL DEFAULT false, erased boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL, warmed_at bigint, last_request bigint) WITH (fillfactor = 70);
CREATE INDEX tenant_generation ON ${SCHEMA}.tenant (generation);

CREATE TABLE ${SCHEMA}.change (id smallint PRIMARY KEY CHECK (id = 1), number bigint NOT NULL);
INSERT INTO ${SCHEMA}.change VALUES (1, 0);

CREATE TABLE ${SCHEMA}.tenant_overlay (
  tenant_id bigint PRIMARY KEY, next_rid bigint NOT NULL, erased boolean NOT NULL DEFAULT false);

CREATE TABLE ${SCHEMA}.tenant_document (
  tenant_id bigint NOT NULL, type smallint NOT NULL, id text COLLATE "C" NOT NULL,
  rid bigint NOT NULL, version bigint NOT NULL, last_updated bigint NOT NULL, method text NOT NULL,
  is_new boolean NOT NULL, reviewed_at bigint, replaces bigint, first_rid bigint NOT NULL, json text,
  PRIMARY KEY (tenant_id, type, id));
CREATE UNIQUE INDEX tenant_document_rid ON ${SCHEMA}.tenant_document (tenant_id, type, rid) WHERE json IS NOT NULL;
CREATE UNIQUE INDEX tenant_document_first ON ${SCHEMA}.tenant_document (tenant_id, type, first_rid) WHERE first_rid > 0;

CREATE INDEX tenant_document_time ON ${SCHEMA}.tenant_document (tenant_id, last_updated, type, id, version);

CREATE TABLE ${SCHEMA}.tenant_history (
  tenant_id bigint NOT NULL, type smallint NOT NULL, id text COLLATE "C" NOT NULL,
  version bigint NOT NULL, last_updated bigint NOT NULL, method text NOT NULL, is_new boolean NOT NULL,
  copied boolean NOT NULL, replaced_at bigint NOT NULL, reviewed_at bigint, json text,
  PRIMARY KEY (tenant_id, type, id, version));
CREATE INDEX tenant_history_time ON ${SCHEMA}.tenant_history (tenant_id, last_updated, type, id, version)
  WHERE NOT copied;

CREATE TABLE ${SCHEMA}.tenant_shadow (
  tenant_id bigint NOT NULL, type smallint NOT NULL, master_rid bigint NOT NULL,
  PRIMARY KEY (tenant_id, type, master_rid));

CREATE TABLE ${SCHEMA}.tenant_search (
  tenant_id bigint NOT NULL, hash text COLLATE "C" NOT NULL, text text NOT NULL, expires bigint NOT NULL,
  PRIMARY KEY (tenant_id, hash));

CREATE TABLE ${SCHEMA}.tenant_index_value (tenant_id bigint NOT NULL, ${INDEX_COLUMNS_SQL});
${createValueIndexes(`${SCHEMA}.tenant_index_value`, 'tenant_id, ').join(';\n')};
${keyOfValues(`${SCHEMA}.tenant_index_value`)};

CREATE FUNCTION ${SCHEMA}.app_tenant() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE tenant text := current_setting('app.tenant', true);
BEGIN
  IF tenant IS NULL OR tenant = '' THEN
    RAISE EXCEPTION 'app.tenant is not set' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN tenant::bigint;
END $$;

${TENANT_TABLES.map(
  (table) => `ALTER TABLE ${SCHEMA}.${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON ${SCHEMA}.${table} TO ${APP_ROLE}
  USING (tenant_id = ${SCHEMA}.app_tenant()) WITH CHECK (tenant_id = ${SCHEMA}.app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON ${SCHEMA}.${table} TO ${APP_ROLE};`,
).join('\n')}

GRANT USAGE ON SCHEMA ${SCHEMA} TO ${APP_ROLE};
GRANT SELECT ON ${SCHEMA}.setting, ${SCHEMA}.ingestion_status, ${SCHEMA}.generation TO ${APP_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${SCHEMA}.tenant TO ${APP_ROLE};
GRANT SELECT, UPDATE ON ${SCHEMA}.change TO ${APP_ROLE};
`;
