import { existsSync } from 'node:fs';
import { resourceTypeOfCode } from '../../fhir/resource-type.ts';
import type { VersionMethod } from '../document.ts';
import { rowChunks } from '../row-chunks.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import type {
  ChangedDocument,
  MasterRow,
  Reception,
  TenantChange,
  Transfer,
  VersionRow,
} from '../transfer.ts';
import type { ChangeCounter } from './change-counter.ts';
import { type Connection, openConnection, storeError } from './connection.ts';
import { FileReception } from './file-reception.ts';
import type { StoreFolder } from './store-folder.ts';
import type { SystemFile } from './system-file.ts';

/** The rows of an installation of files, each file read on a connection of its own. */
export class FileTransfer implements Transfer {
  readonly #folder: StoreFolder;
  readonly #system: SystemFile;
  readonly #counter: ChangeCounter;

  constructor(folder: StoreFolder, system: SystemFile, counter: ChangeCounter) {
    this.#folder = folder;
    this.#system = system;
    this.#counter = counter;
  }

  async *masterRows(generation: number): AsyncGenerator<readonly MasterRow[]> {
    const path = this.#folder.master(generation);
    yield* rowChunks(rowsOf(path, masterRows), ({ json }) => json.length);
  }

  async *changes(tenants: readonly TenantRecord[]): AsyncGenerator<readonly TenantChange[]> {
    yield* rowChunks(this.#changes(tenants), ({ document }) => charactersOf(document));
  }

  async receive(): Promise<Reception> {
    return FileReception.begin(this.#folder, this.#system, this.#counter);
  }

  *#changes(tenants: readonly TenantRecord[]): Generator<TenantChange> {
    for (const tenant of tenants) {
      const path = this.#folder.overlay(tenant.id);
      // A process may have ended between the registry's word and the first write.
      if (!tenant.overlay || !existsSync(path)) continue;
      for (const document of rowsOf(path, changedDocuments)) yield { tenant, document };
    }
  }
}

/** Reads a file on a connection of its own. */
function* rowsOf<Row>(path: string, read: (connection: Connection) => Iterable<Row>): Generator<Row> {
  const connection = openConnection(path, { readonly: true });
  try {
    yield* read(connection);
  } catch (error) {
    throw storeError(error, path);
  } finally {
    connection.close();
  }
}

interface MasterColumns extends Omit<MasterRow, 'type'> {
  readonly type: number;
}

function* masterRows(connection: Connection): Generator<MasterRow> {
  const statement = connection.prepare('SELECT rid, type, id, json FROM document ORDER BY rid');
  for (const row of statement.iterate() as IterableIterator<MasterColumns>) {
    yield { ...row, type: resourceTypeOfCode(row.type) };
  }
}

const VERSION = 'type, id, version, last_updated, method, reviewed_at, json';

interface VersionColumns {
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

function* changedDocuments(connection: Connection): Generator<ChangedDocument> {
  const changed = connection.prepare(
    `SELECT ${VERSION}, rid, replaces, first_rid FROM document ORDER BY type, id`,
  );
  const former = connection.prepare(
    `SELECT ${VERSION} FROM history WHERE type = ? AND id = ? ORDER BY version`,
  );
  for (const row of changed.iterate() as IterableIterator<ChangedColumns>) {
    yield {
      ...versionRow(row),
      rid: row.rid,
      replaces: row.replaces,
      firstRid: row.first_rid,
      former: (former.all(row.type, row.id) as VersionColumns[]).map(versionRow),
    };
  }
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

function charactersOf({ json, former }: ChangedDocument): number {
  return former.reduce((sum, each) => sum + (each.json?.length ?? 0), json?.length ?? 0);
}
