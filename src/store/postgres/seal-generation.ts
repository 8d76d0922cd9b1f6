import type { BuildSession } from './build-session.ts';
import { dropBuildTables } from './build-tables.ts';
import { saveIngestionStatus } from './ingestion-status-row.ts';
import { distributeMasterTables, masterTables, SCHEMA, sealMasterTables } from './master-tables.ts';
import type { Queryable } from './owner.ts';

/**
 * Makes a settled build visible and the ingestion status ready, in one transaction that is durable when this resolves. On
 * Citus every node has a copy of the documents by then.
 */
export async function sealGeneration(
  session: BuildSession,
  completedAt: number,
  message: string,
): Promise<void> {
  await vacuum(session);
  await session.alone(async (client) => {
    const startedAt = await complete(client, session.generation);
    const seal = `UPDATE ${SCHEMA}.generation SET state = 'sealed', sealed_at = $2 WHERE number = $1`;
    await client.query(seal, [session.generation, completedAt]);
    await saveIngestionStatus(client, {
      _id: '_system/ingestion_status',
      ready: true,
      startedAt: new Date(startedAt).toISOString(),
      completedAt: new Date(completedAt).toISOString(),
      message,
    });
  });
}

/** All of that but the last: the generation is whole, and stays out of sight. */
export async function completeGeneration(session: BuildSession): Promise<void> {
  await vacuum(session);
  await session.alone((client) => complete(client, session.generation));
}

/** What a reader may skip is known from then on, and how many rows there are of what. */
async function vacuum(session: BuildSession): Promise<void> {
  const { document, indexValue } = masterTables(session.generation);
  await session.query(`VACUUM (ANALYZE) ${document}, ${indexValue}`);
}

/** @returns when the generation was begun */
async function complete(client: Queryable, generation: number): Promise<number> {
  const { schema, typeCount } = masterTables(generation);
  for (const statement of sealMasterTables(generation)) await client.query(statement);
  for (const statement of dropBuildTables(generation)) await client.query(statement);
  if (await isDistributed(client)) {
    for (const statement of distributeMasterTables(generation)) await client.query(statement);
  }
  const completed = await client.query(
    `UPDATE ${SCHEMA}.generation SET resources = (SELECT coalesce(sum(documents), 0) FROM ${typeCount}),
       bytes = (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
         WHERE relnamespace = $2::regnamespace AND relkind = 'r')
     WHERE number = $1 RETURNING started_at AS "startedAt"`,
    [generation, schema],
  );
  return (completed.rows[0] as { startedAt: number }).startedAt;
}

/** Whether the tables of this database are spread over a Citus cluster. */
async function isDistributed(client: Queryable): Promise<boolean> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  return rowCount === 1;
}
