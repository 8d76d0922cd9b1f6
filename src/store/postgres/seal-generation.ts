import type { BuildSession, Queryable } from './build-session.ts';
import { dropBuildTables } from './build-tables.ts';
import { saveIngestionStatus } from './ingestion-status-row.ts';
import { distributeMasterTables, masterTables, SCHEMA, sealMasterTables } from './master-tables.ts';

/**
 * Makes a settled build visible and the ingestion status ready, in one transaction that is durable when this resolves. On
 * Citus every node has a copy of the documents by then.
 */
export async function sealGeneration(
  session: BuildSession,
  completedAt: number,
  message: string,
): Promise<void> {
  const { generation } = session;
  const { schema, document, typeCount } = masterTables(generation);
  // What a reader may skip is known from now on, and how many rows there are of what.
  await session.query(`VACUUM (ANALYZE) ${document}`);
  await session.alone(async (client) => {
    for (const statement of sealMasterTables(generation)) await client.query(statement);
    for (const statement of dropBuildTables(generation)) await client.query(statement);
    if (await isDistributed(client)) {
      for (const statement of distributeMasterTables(generation)) await client.query(statement);
    }
    const sealed = await client.query(
      `UPDATE ${SCHEMA}.generation SET state = 'sealed', sealed_at = $2,
         resources = (SELECT coalesce(sum(documents), 0) FROM ${typeCount}),
         bytes = (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
           WHERE relnamespace = $3::regnamespace AND relkind = 'r')
       WHERE number = $1 RETURNING started_at AS "startedAt"`,
      [generation, completedAt, schema],
    );
    const { startedAt } = sealed.rows[0] as { startedAt: number };
    await saveIngestionStatus(client, {
      _id: '_system/ingestion_status',
      ready: true,
      startedAt: new Date(startedAt).toISOString(),
      completedAt: new Date(completedAt).toISOString(),
      message,
    });
  });
}

/** Whether the tables of this database are spread over a Citus cluster. */
async function isDistributed(client: Queryable): Promise<boolean> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  return rowCount === 1;
}
