import { WarmfhirError } from '../../errors.ts';
import { ThreadedExtraction } from '../../fhir/search/threaded-extraction.ts';
import type { GenerationBuild, GenerationInfo, IngestionStatus } from '../generation.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { MOVED, type Reception, type TenantChange } from '../transfer.ts';
import { BuildSession } from './build-session.ts';
import { makeBuildTables } from './build-tables.ts';
import { IngestLock } from './ingest-lock.ts';
import { saveIngestionStatus } from './ingestion-status-row.ts';
import { dropMasterTables, SCHEMA } from './master-tables.ts';
import { TENANT_TABLES } from './migrations/001-installation.ts';
import { addOverlayRows, type IndexedChange } from './overlay-rows.ts';
import type { Owner, Queryable } from './owner.ts';
import { PostgresBuild } from './postgres-build.ts';
import { COUNT_UP } from './registry-statements.ts';
import { completeGeneration } from './seal-generation.ts';
import { AddressNumbers } from './search/value-key.ts';
import { FIRST_OVERLAY_RID } from './write-statements.ts';

/** So many tenants are registered by one statement. */
const TENANTS = 1000;

/** Another installation on its way into PostgreSQL. Until `finish` its generations count as being built. */
export class RowReception implements Reception {
  readonly #owner: Owner;
  readonly #lock: IngestLock;
  readonly #extraction = new ThreadedExtraction();
  readonly #addresses = new AddressNumbers();
  #generations: readonly GenerationInfo[] = [];

  private constructor(owner: Owner, lock: IngestLock) {
    this.#owner = owner;
    this.#lock = lock;
  }

  /** @throws store-not-empty, ingest-locked */
  static async begin(owner: Owner): Promise<RowReception> {
    const reception = new RowReception(owner, await IngestLock.take(await owner.connect()));
    try {
      await reception.#clear();
      return reception;
    } catch (error) {
      await reception.close();
      throw error;
    }
  }

  async addGenerations(generations: readonly GenerationInfo[]): Promise<void> {
    this.#generations = generations;
    await this.#owner.transaction((client) =>
      client.query(
        `INSERT INTO ${SCHEMA}.generation (number, state, sources, started_at, resources)
         SELECT number, 'building', $1, started_at, resources
         FROM unnest($2::integer[], $3::bigint[], $4::bigint[]) AS moved (number, started_at, resources)`,
        [
          MOVED,
          generations.map(({ number }) => number),
          generations.map(({ startedAt }) => startedAt),
          generations.map(({ resources }) => resources),
        ],
      ),
    );
  }

  async fill({ number, startedAt }: GenerationInfo): Promise<GenerationBuild> {
    await this.#owner.transaction((client) => makeBuildTables(client, number));
    const lock = { assertHeld: () => this.#lock.assertHeld(), release: async () => {} };
    const session = new BuildSession({ generation: number, lock, owner: await this.#owner.config() });
    await session.begin();
    const owner = {
      seal: completeGeneration,
      discard: () =>
        this.#owner.transaction(async (client) => {
          await client.query(dropMasterTables(number));
        }),
    };
    return new PostgresBuild({ session, startedAt, resumed: false, owner });
  }

  async addTenants(tenants: readonly TenantRecord[]): Promise<readonly TenantRecord[]> {
    const added: TenantRecord[] = [];
    for (let from = 0; from < tenants.length; from += TENANTS) {
      const some = tenants.slice(from, from + TENANTS);
      const serials = await this.#owner.transaction((client) => addTenantRows(client, some));
      added.push(...some.map((tenant) => ({ ...tenant, serial: serials.get(tenant.id)! })));
    }
    return added;
  }

  async addChanges(changes: readonly TenantChange[]): Promise<void> {
    const texts = changes.flatMap(({ document: { json } }) => (json === null ? [] : [json]));
    const values = [...(await this.#extraction.indexedValues(texts))];
    const indexed = changes.map(
      (change): IndexedChange => ({
        ...change,
        indexed: change.document.json === null ? undefined : values.shift(),
      }),
    );
    const next = new Map<number, number>();
    for (const { tenant, document } of changes) {
      next.set(tenant.serial, Math.max(next.get(tenant.serial) ?? FIRST_OVERLAY_RID, document.rid + 1));
    }
    await this.#owner.transaction(async (client) => {
      await client.query(
        `INSERT INTO ${SCHEMA}.tenant_overlay AS o (tenant_id, next_rid)
         VALUES ${[...next].map(([serial, rid]) => `(${Math.trunc(serial)}, ${Math.trunc(rid)})`).join(', ')}
         ON CONFLICT (tenant_id) DO UPDATE SET next_rid = greatest(o.next_rid, excluded.next_rid)`,
      );
      await addOverlayRows(client, indexed, this.#addresses);
    });
  }

  async finish(status: IngestionStatus): Promise<void> {
    const values = [
      this.#generations.map(({ number }) => number),
      this.#generations.map(({ state }) => state),
      this.#generations.map(({ sealedAt }) => sealedAt),
    ];
    await this.#owner.transaction(async (client) => {
      await client.query(
        `UPDATE ${SCHEMA}.generation g SET state = moved.state, sealed_at = moved.sealed_at
         FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS moved (number, state, sealed_at)
         WHERE g.number = moved.number`,
        values,
      );
      await saveIngestionStatus(client, status);
      await client.query(COUNT_UP);
    });
  }

  async close(): Promise<void> {
    await this.#extraction.close();
    await this.#lock.release();
  }

  /** Removes what an interrupted move has left; anything else is somebody's. */
  async #clear(): Promise<void> {
    const moved = await this.#owner.transaction(requireEmpty);
    const tenants = await this.#owner.run(async (client) => {
      const { rows } = await client.query(`SELECT tenant_id AS serial FROM ${SCHEMA}.tenant`);
      return rows as { serial: number }[];
    });
    for (const { serial } of tenants) {
      await this.#owner.transaction(async (client) => {
        for (const table of TENANT_TABLES) {
          await client.query(`DELETE FROM ${SCHEMA}.${table} WHERE tenant_id = $1`, [serial]);
        }
      });
    }
    await this.#owner.transaction(async (client) => {
      await client.query(`DELETE FROM ${SCHEMA}.tenant`);
      for (const number of moved) await client.query(dropMasterTables(number));
      await client.query(`DELETE FROM ${SCHEMA}.generation`);
    });
  }
}

/** The generations of an interrupted move. @throws store-not-empty */
async function requireEmpty(client: Queryable): Promise<readonly number[]> {
  const { rows } = await client.query(`SELECT number, state, sources FROM ${SCHEMA}.generation`);
  const generations = rows as { number: number; state: string; sources: string }[];
  const isMoved = generations.every(({ state, sources }) => state === 'building' && sources === MOVED);
  const used = await client.query(`SELECT 1 FROM ${SCHEMA}.ingestion_status`);
  if (!isMoved || used.rowCount !== 0) throw new WarmfhirError('store-not-empty');
  return generations.map(({ number }) => number);
}

/** @returns serials by id */
async function addTenantRows(
  client: Queryable,
  tenants: readonly TenantRecord[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query(
    `INSERT INTO ${SCHEMA}.tenant (id, generation, overlay, created_at, warmed_at, last_request)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::boolean[], $4::bigint[], $5::bigint[], $6::bigint[])
     RETURNING tenant_id AS serial, id`,
    [
      tenants.map(({ id }) => id),
      tenants.map(({ generation }) => generation),
      tenants.map(({ overlay }) => overlay),
      tenants.map(({ createdAt }) => createdAt),
      tenants.map(({ warmedAt }) => warmedAt),
      tenants.map(({ lastRequest }) => lastRequest),
    ],
  );
  return new Map((rows as { serial: number; id: string }[]).map(({ serial, id }) => [id, serial]));
}
