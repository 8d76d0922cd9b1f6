import { resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { VersionMethod } from '../document.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type {
  ChangedDocument,
  MasterRow,
  Reception,
  TenantChange,
  Transfer,
  VersionRow,
} from '../transfer.ts';
import { databaseError } from './database-error.ts';
import { masterTables, SCHEMA } from './master-tables.ts';
import type { Owner } from './owner.ts';
import { RowReception } from './row-reception.ts';

/** So many rows are read at a time. */
const CHUNK = 100;
/** The changes of so many tenants are asked for at once. */
const TENANTS = 200;

/** The rows of an installation in PostgreSQL, as the owner of its schema reads them. */
export class RowTransfer implements Transfer {
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  async *masterRows(generation: number): AsyncGenerator<readonly MasterRow[]> {
    const sql = `SELECT rid, type, id, json FROM ${masterTables(generation).document} ORDER BY rid`;
    for await (const rows of this.#chunks<MasterColumns>(sql)) {
      yield rows.map((row) => ({ ...row, type: resourceTypeOfCode(row.type) }));
    }
  }

  async *changes(tenants: readonly TenantRecord[]): AsyncGenerator<readonly TenantChange[]> {
    const changed = tenants.filter(({ overlay }) => overlay);
    for (let from = 0; from < changed.length; from += TENANTS) {
      yield* this.#changesOf(changed.slice(from, from + TENANTS));
    }
  }

  async *#changesOf(tenants: readonly TenantRecord[]): AsyncGenerator<readonly TenantChange[]> {
    const bySerial = new Map(tenants.map((tenant) => [tenant.serial, tenant]));
    const serials = `ARRAY[${[...bySerial.keys()].map(Math.trunc).join(', ')}]::bigint[]`;
    const changed = `SELECT ${VERSION}, rid, replaces, first_rid FROM ${SCHEMA}.tenant_document
      WHERE tenant_id = ANY (${serials}) ORDER BY array_position(${serials}, tenant_id), type, id`;
    const former = `SELECT ${VERSION} FROM ${SCHEMA}.tenant_history
      WHERE (tenant_id, type, id) IN (SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[]))
      ORDER BY tenant_id, type, id, version`;
    for await (const rows of this.#chunks<ChangedColumns>(changed)) {
      const keys = [rows.map((row) => row.tenant_id), rows.map(({ type }) => type), rows.map(({ id }) => id)];
      const found = await this.#owner.run(async (client) => (await client.query(former, keys)).rows);
      const documents = withFormer(rows, found as VersionColumns[]);
      yield documents.map((document, index) => ({
        tenant: bySerial.get(rows[index]!.tenant_id)!,
        document,
      }));
    }
  }

  receive(): Promise<Reception> {
    return RowReception.begin(this.#owner);
  }

  /** The rows of a query as they are at its beginning. */
  async *#chunks<Columns>(sql: string): AsyncGenerator<readonly Columns[]> {
    const client = await this.#owner.take();
    let whole = false;
    try {
      await client.query(`BEGIN READ ONLY; DECLARE rows NO SCROLL CURSOR FOR ${sql}`);
      while (true) {
        const { rows } = await client.query(`FETCH ${CHUNK} FROM rows`);
        if (rows.length > 0) yield rows as Columns[];
        if (rows.length < CHUNK) break;
      }
      await client.query('COMMIT');
      whole = true;
    } catch (error) {
      throw databaseError(error);
    } finally {
      await this.#owner.giveBack(client, whole);
    }
  }
}

interface MasterColumns extends Omit<MasterRow, 'type'> {
  readonly type: number;
}

const VERSION = 'tenant_id, type, id, version, last_updated, method, reviewed_at, json';

interface VersionColumns {
  readonly tenant_id: number;
  readonly type: number;
  readonly id: string;
  readonly version: number;
  readonly last_updated: number;
  readonly method: VersionMethod;
  readonly reviewed_at: number | null;
  readonly json: string | null;
}

interface ChangedColumns extends VersionColumns {
  readonly rid: number;
  readonly replaces: number | null;
  readonly first_rid: number;
}

function withFormer(
  rows: readonly ChangedColumns[],
  former: readonly VersionColumns[],
): readonly ChangedDocument[] {
  const byKey = Map.groupBy(former, ({ tenant_id, type, id }) => `${tenant_id}/${type}/${id}`);
  return rows.map((row) => ({
    ...versionRow(row),
    rid: row.rid,
    replaces: row.replaces,
    firstRid: row.first_rid,
    former: (byKey.get(`${row.tenant_id}/${row.type}/${row.id}`) ?? []).map(versionRow),
  }));
}

function versionRow(row: VersionColumns): VersionRow {
  return {
    type: resourceTypeOfCode(row.type),
    id: row.id,
    version: row.version,
    lastUpdated: row.last_updated,
    method: row.method,
    reviewTime: row.reviewed_at,
    json: row.json,
  };
}
