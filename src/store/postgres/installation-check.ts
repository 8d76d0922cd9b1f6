import { WarmfhirError } from '../../errors.ts';
import { DatabaseConnection } from './database-connection.ts';
import { APP_ROLE, SCHEMA } from './master-tables.ts';
import { schemaComplaint } from './migrate.ts';

/** What is known of an installation before anything is asked of it. */
export interface InstallationFacts {
  /** True where the login may do more than the role that serves. */
  readonly dropRole: boolean;
  readonly signingKey: Buffer;
}

/** Whether there is a schema, and whether the login has the rights of the role that serves: null where no such role is. */
const ACCESS = `SELECT to_regnamespace('${SCHEMA}') IS NOT NULL AS made,
  (SELECT pg_has_role(current_user, r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = '${APP_ROLE}') AS member`;

/** Version of the schema, 0 where there is none. */
const VERSION = `SELECT CASE WHEN to_regclass('${SCHEMA}.schema_version') IS NULL THEN 0 ELSE 1 END AS made`;

/** Superusers, roles that bypass row-level security, and owners of the tables are not held back by it. */
const POWER = `SELECT rolsuper OR rolbypassrls OR pg_has_role(current_user, c.relowner, 'USAGE') AS powerful
  FROM pg_roles, pg_class c WHERE rolname = current_user AND c.oid = '${SCHEMA}.tenant_document'::regclass`;

/**
 * Looks whether this version can work with the database, and how.
 * @throws store-schema saying what to run, store-unavailable
 */
export async function checkInstallation(url: string, deadlineMs: number): Promise<InstallationFacts> {
  const connection = await DatabaseConnection.open({ url, deadlineMs });
  const one = async (text: string) => (await connection.run([text]))[0]!.rows[0]!;
  try {
    const access = await one(ACCESS);
    if (access.made === true && access.member === false) {
      throw new WarmfhirError(
        'store-schema',
        `The login of the database is no member of ${APP_ROLE}, or does not inherit its rights: grant it.`,
      );
    }
    const made = (await one(VERSION)).made === 1;
    const version = made
      ? Number((await one(`SELECT coalesce(max(number), 0) AS number FROM ${SCHEMA}.schema_version`)).number)
      : 0;
    const complaint = schemaComplaint(version);
    if (complaint !== undefined) throw complaint;
    const { powerful } = await one(POWER);
    const { value } = await one(`SELECT value FROM ${SCHEMA}.setting WHERE name = 'signing-key'`);
    return { dropRole: powerful === true, signingKey: value as Buffer };
  } finally {
    await connection.end();
  }
}
