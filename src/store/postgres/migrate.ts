import { randomBytes } from 'node:crypto';
import { WarmfhirError } from '../../errors.ts';
import { DatabaseConnection } from './database-connection.ts';
import { databaseError } from './database-error.ts';
import { APP_ROLE, SCHEMA } from './master-tables.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './migrations/migrations.ts';

/** Two numbers that name the lock of migrations among the advisory locks of a database. */
const LOCK = '1463898724, 2';

/** Longest silence while a step runs: it may have to rewrite tables. */
const PATIENCE_MS = 24 * 3_600_000;

/** The role belongs to the whole server, so another database's migration may be making it now. */
const MAKE_ROLE = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}') THEN
    CREATE ROLE ${APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$`;

/** So that the owner can take the role for a transaction; a superuser can anyway. */
const TAKE_ROLE = `DO $$ BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE 'GRANT ${APP_ROLE} TO ' || quote_ident(current_user);
  END IF;
END $$`;

const BOOKKEEPING = `CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
CREATE TABLE IF NOT EXISTS ${SCHEMA}.schema_version (number integer PRIMARY KEY, migrated_at timestamptz NOT NULL DEFAULT now());
GRANT USAGE ON SCHEMA ${SCHEMA} TO ${APP_ROLE};
GRANT SELECT ON ${SCHEMA}.schema_version TO ${APP_ROLE}`;

/** What a migration found and left. */
export interface Migrated {
  /** 0 where there was no schema. */
  readonly from: number;
  readonly to: number;
  /** Whether the database is a Citus cluster, whose tables are distributed. */
  readonly citus: boolean;
}

/**
 * Brings the schema of the database to what this version needs, in one transaction. Safe from several nodes at once: one
 * does the work, the others find it done. The login becomes the owner, or has to be it.
 *
 * @throws store-schema when the schema is newer than this version; store-unavailable
 */
export async function migrate(url: string): Promise<Migrated> {
  const connection = await DatabaseConnection.open({ url, deadlineMs: PATIENCE_MS, connectWithinMs: 10_000 });
  const commands = async (text: string) => (await connection.run([text]))[0]!.rows;
  try {
    await commands(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK})`);
    await commands(MAKE_ROLE);
    await commands(`${TAKE_ROLE}; ${BOOKKEEPING}`);
    const [found] = await commands(`SELECT coalesce(max(number), 0) AS number FROM ${SCHEMA}.schema_version`);
    const from = Number(found!.number);
    if (from > SCHEMA_VERSION) throw tooNew(from);
    const citus = (await commands("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).length > 0;
    for (const migration of MIGRATIONS.slice(from)) {
      await commands(migration.sql);
      if (citus) await commands(distribute(migration.distributed));
      await commands(`INSERT INTO ${SCHEMA}.schema_version (number) VALUES (${migration.number})`);
    }
    // Every node signs page tokens with it.
    const key = randomBytes(32).toString('hex');
    await commands(
      `INSERT INTO ${SCHEMA}.setting VALUES ('signing-key', '\\x${key}') ON CONFLICT (name) DO NOTHING`,
    );
    if (citus && from === 0) await commands(SETTINGS_REACH_WORKERS);
    await commands('COMMIT');
    return { from, to: SCHEMA_VERSION, citus };
  } catch (error) {
    throw refused(error);
  } finally {
    await connection.end();
  }
}

/** Makes the schema where there is none at all; any other is left as it is. */
export async function makeSchema(url: string): Promise<void> {
  const connection = await DatabaseConnection.open({ url, deadlineMs: 10_000 });
  let made: boolean;
  try {
    const [reply] = await connection.run([
      `SELECT to_regclass('${SCHEMA}.schema_version') IS NOT NULL AS made`,
    ]);
    made = reply!.rows[0]!.made === true;
  } finally {
    await connection.end();
  }
  if (!made) await migrate(url);
}

/** Without it SET LOCAL, and so row-level security, would end at the coordinator. */
const SETTINGS_REACH_WORKERS = `DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET citus.propagate_set_commands = ''local''', current_database());
END $$`;

function distribute(tables: readonly string[]): string {
  const [first, ...others] = tables.map((table) => `${SCHEMA}.${table}`);
  if (first === undefined) return '';
  const commands = [`SELECT create_distributed_table('${first}', 'tenant_id')`];
  for (const table of others) {
    commands.push(`SELECT create_distributed_table('${table}', 'tenant_id', colocate_with => '${first}')`);
  }
  return commands.join('; ');
}

/** What `serve` and `ingest` say of a schema of another version than theirs; undefined where it is theirs. */
export function schemaComplaint(found: number): WarmfhirError | undefined {
  if (found === SCHEMA_VERSION) return undefined;
  if (found > SCHEMA_VERSION) return tooNew(found);
  const state =
    found === 0
      ? 'has no tables of warmfhir yet'
      : `has schema ${found}, and this version needs ${SCHEMA_VERSION}`;
  return new WarmfhirError('store-schema', `The database ${state}: run warmfhir migrate.`);
}

function tooNew(found: number): WarmfhirError {
  return new WarmfhirError(
    'store-schema',
    `The database has schema ${found}, and this version knows ${SCHEMA_VERSION}: use the version of warmfhir that migrated it, or a newer one.`,
  );
}

function refused(error: unknown): unknown {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  if (code !== '42501') return databaseError(error);
  return new WarmfhirError(
    'store-schema',
    'The login may not migrate: it has to own the schema warmfhir, or be allowed to create schemas and roles.',
    { cause: error },
  );
}
