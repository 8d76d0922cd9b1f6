import { WarmfhirError } from '../../errors.ts';
import { resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { GenerationBuild, GenerationInfo, GenerationStore, IngestionStatus } from '../generation.ts';
import { MOVED } from '../transfer.ts';
import { BuildSession } from './build-session.ts';
import { makeBuildTables } from './build-tables.ts';
import type { Database } from './database.ts';
import { GET_STATUS, LIST_GENERATIONS, STARTED_AT, typeCounts } from './generation-statements.ts';
import { IngestLock } from './ingest-lock.ts';
import { ingestionStatusOf, type StatusRow, saveIngestionStatus } from './ingestion-status-row.ts';
import { dropMasterTables, SCHEMA } from './master-tables.ts';
import type { Owner, Queryable } from './owner.ts';
import { type BuildOwner, PostgresBuild } from './postgres-build.ts';
import { sealGeneration } from './seal-generation.ts';
import { type Call, call } from './statement.ts';

export interface GenerationRowsOptions {
  /** Answers what serving asks. */
  readonly database: Database;
  /** Who builds, prunes and sets the status. */
  readonly owner: Owner;
}

/** Generations as schemas `warmfhir_g<N>` with their rows in `generation`. */
export class GenerationRows implements GenerationStore {
  readonly #database: Database;
  readonly #owner: Owner;

  constructor({ database, owner }: GenerationRowsOptions) {
    this.#database = database;
    this.#owner = owner;
  }

  async ingestionStatus(): Promise<IngestionStatus | undefined> {
    const [row] = await this.#rows<StatusRow>(call(GET_STATUS));
    return row && ingestionStatusOf(row);
  }

  setIngestionStatus(status: IngestionStatus): Promise<void> {
    return this.#owner.run((client) => saveIngestionStatus(client, status));
  }

  async list(): Promise<readonly GenerationInfo[]> {
    const rows = await this.#rows<GenerationRow>(call(LIST_GENERATIONS));
    return rows.map(({ started_at: startedAt, sealed_at: sealedAt, ...row }) => ({
      ...row,
      startedAt,
      sealedAt,
    }));
  }

  async counts(generation: number): Promise<ReadonlyMap<string, number>> {
    const sealed = await this.#rows(call(STARTED_AT, generation));
    if (sealed.length === 0) throw unknownGeneration(generation);
    const rows = await this.#rows<{ type: number; documents: number }>(call(typeCounts(generation)));
    return new Map(rows.map(({ type, documents }) => [resourceTypeOfCode(type), documents]));
  }

  async build(sources: string, startedAt: number): Promise<GenerationBuild> {
    const lock = await IngestLock.take(await this.#owner.connect());
    let session: BuildSession | undefined;
    try {
      const begun = await this.#owner.transaction((client) => begin(client, sources, startedAt));
      session = new BuildSession({ generation: begun.number, lock, owner: await this.#owner.config() });
      await session.begin();
      const owner: BuildOwner = {
        seal: sealGeneration,
        discard: (number) => this.#owner.transaction((client) => discard(client, number)),
      };
      return new PostgresBuild({ session, startedAt: begun.startedAt, resumed: begun.resumed, owner });
    } catch (error) {
      await (session ?? { close: () => lock.release() }).close();
      throw error;
    }
  }

  /** This engine never sealed a generation without search indexes. */
  async reindex(generation: number): Promise<boolean> {
    if ((await this.list()).some(({ number, state }) => number === generation && state === 'sealed'))
      return false;
    throw new WarmfhirError('generation-unknown', `There is no sealed generation ${generation}.`);
  }

  prune(generation: number): Promise<void> {
    return this.#owner.transaction((client) => prune(client, generation));
  }

  async #rows<Row>(statement: Call): Promise<readonly Row[]> {
    const [reply] = await this.#database.read(undefined, [statement]);
    return reply!.rows as readonly Row[];
  }
}

type GenerationRow = Omit<GenerationInfo, 'startedAt' | 'sealedAt'> & {
  readonly started_at: number;
  readonly sealed_at: number | null;
};

interface Begun {
  readonly number: number;
  readonly startedAt: number;
  readonly resumed: boolean;
}

/** The unfinished generation of the same sources, or the next one with empty tables. */
async function begin(client: Queryable, sources: string, startedAt: number): Promise<Begun> {
  const generation = `${SCHEMA}.generation`;
  const unfinished = await client.query(
    `SELECT number, sources, started_at AS "startedAt" FROM ${generation} WHERE state = 'building'`,
  );
  const [found] = unfinished.rows as { number: number; sources: string; startedAt: number }[];
  if (found?.sources === MOVED) throw new WarmfhirError('move-unfinished');
  if (found?.sources === sources) return { number: found.number, startedAt: found.startedAt, resumed: true };
  if (found !== undefined) await discard(client, found.number);
  const { rows } = await client.query(
    `INSERT INTO ${generation} (number, state, sources, started_at)
     SELECT coalesce(max(number), 0) + 1, 'building', $1, $2 FROM ${generation} RETURNING number`,
    [sources, startedAt],
  );
  const { number } = rows[0] as { number: number };
  await makeBuildTables(client, number);
  return { number, startedAt, resumed: false };
}

async function discard(client: Queryable, number: number): Promise<void> {
  await client.query(`DELETE FROM ${SCHEMA}.generation WHERE number = $1 AND state = 'building'`, [number]);
  await client.query(dropMasterTables(number));
}

async function prune(client: Queryable, number: number): Promise<void> {
  const { rows } = await client.query(
    `SELECT number, (SELECT count(*) FROM ${SCHEMA}.tenant t WHERE t.generation = g.number) AS tenants,
       number = (SELECT max(number) FROM ${SCHEMA}.generation WHERE state = 'sealed') AS newest
     FROM ${SCHEMA}.generation g WHERE number = $1 AND state = 'sealed' FOR UPDATE`,
    [number],
  );
  const [found] = rows as { tenants: number; newest: boolean }[];
  if (found === undefined) throw unknownGeneration(number);
  if (found.newest) {
    throw new WarmfhirError('generation-pinned', `Generation ${number} is the newest: new tenants get it.`);
  }
  if (found.tenants > 0) {
    throw new WarmfhirError(
      'generation-pinned',
      `${found.tenants} tenants are pinned to generation ${number}.`,
    );
  }
  await client.query(`UPDATE ${SCHEMA}.generation SET state = 'pruned', bytes = 0 WHERE number = $1`, [
    number,
  ]);
  await client.query(dropMasterTables(number));
}

function unknownGeneration(number: number): WarmfhirError {
  return new WarmfhirError('generation-unknown', `There is no sealed generation ${number}.`);
}
