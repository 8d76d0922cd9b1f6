import { type Log, silentLog } from '../../log.ts';
import { FairTurns } from '../../threads/fair-turns.ts';
import { Signer } from '../signer.ts';
import type { CollectionStore, Store, StoreSizes } from '../store.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { ChangeWatch } from './change-watch.ts';
import { Database } from './database.ts';
import { DatabaseClock } from './database-clock.ts';
import { GenerationRows } from './generation-rows.ts';
import { checkInstallation, type InstallationFacts } from './installation-check.ts';
import { NEWEST_SEALED, SIZES } from './installation-statements.ts';
import { KeptSearches } from './kept-searches.ts';
import { MasterGenerations } from './master-generations.ts';
import { APP_ROLE } from './master-tables.ts';
import { Owner } from './owner.ts';
import { PostgresCollection } from './postgres-collection.ts';
import { PostgresRegistry } from './postgres-registry.ts';
import { RegistryWriter } from './registry-writer.ts';
import { RowTransfer } from './row-transfer.ts';
import { call } from './statement.ts';
import { TenantErasure } from './tenant-erasure.ts';
import { TenantWriter } from './tenant-writer.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; may lead to a pooler in transaction mode. */
  readonly url: string;
  /** Address of the server itself for LISTEN and for building generations; by default `url`. */
  readonly listenUrl?: string;
  /** Bytes of sealed documents kept in memory per generation; default 256 MiB. */
  readonly documentCacheBytes?: number;
  /** Longest time for one statement, milliseconds; default 5000. A database that is silent for longer is given up. */
  readonly statementTimeoutMs?: number;
  /** Most connections of this process beside the one that listens, at least 4; default 10. */
  readonly connections?: number;
  readonly log?: Log;
}

/** What the server is given to end a statement by itself, before its connection is given up. */
const GRACE_MS = 500;
/** How often erasures that a node left half done are looked for, milliseconds. */
const HOUSEKEEPING_MS = 30_000;

/**
 * The engine for many nodes: tables of one PostgreSQL, or of a Citus cluster. Any number of processes may share it.
 */
export class PostgresStore implements Store {
  readonly generations: GenerationRows;
  readonly tenants: PostgresRegistry;
  readonly transfer: RowTransfer;
  readonly #database: Database;
  readonly #owner: Owner;
  readonly #watch: ChangeWatch;
  readonly #masters: MasterGenerations;
  readonly #writer: TenantWriter;
  readonly #searches: KeptSearches;
  readonly #wordTurns = new FairTurns();
  readonly #erasure: TenantErasure;
  readonly #housekeeping: NodeJS.Timeout;
  readonly #signer: Signer;

  private constructor(options: PostgresStoreOptions, facts: InstallationFacts) {
    const { url, listenUrl = url, connections = 10, statementTimeoutMs = 5_000, log = silentLog } = options;
    const deadlineMs = statementTimeoutMs + GRACE_MS;
    // Few connections serve all that is read, since it is sent ahead; a transaction that writes holds one until it ends.
    const shared = Math.max(1, Math.floor(connections * 0.3));
    const searching = shared;
    // Housekeeping holds one while it uses another.
    const exclusive = Math.max(2, connections - shared - searching);
    this.#database = new Database(
      { url, deadlineMs, shared, searching, exclusive },
      { dropRole: facts.dropRole, statementTimeoutMs },
    );
    const database = this.#database;
    const clock = new DatabaseClock();
    this.#watch = new ChangeWatch({ database, clock, listenUrl, deadlineMs, log });
    const writer = new RegistryWriter(database, this.#watch);
    this.#erasure = new TenantErasure(database, writer);
    this.#masters = new MasterGenerations(database, options.documentCacheBytes ?? 256 * 1024 * 1024);
    this.#searches = new KeptSearches(database);
    this.#writer = new TenantWriter({ database, masters: this.#masters, registry: writer });
    this.#owner = new Owner(listenUrl);
    this.generations = new GenerationRows({ database, owner: this.#owner });
    this.transfer = new RowTransfer(this.#owner);
    this.tenants = new PostgresRegistry({
      database,
      clock,
      watch: this.#watch,
      writer,
      erasure: this.#erasure,
    });
    this.#signer = new Signer(facts.signingKey);
    this.#housekeeping = setInterval(() => {
      this.#erasure
        .finishAll()
        .catch((error: unknown) => log.debug({ err: error }, 'Erasures could not be finished.'));
    }, HOUSEKEEPING_MS);
    this.#housekeeping.unref();
  }

  /**
   * @throws store-schema where the database was not migrated to what this version needs, store-invalid, store-unavailable
   */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const deadlineMs = (options.statementTimeoutMs ?? 5_000) + GRACE_MS;
    const facts = await checkInstallation(options.url, deadlineMs);
    if (facts.dropRole) {
      options.log?.info({}, `The login may do more than serve: every transaction drops to ${APP_ROLE}.`);
    }
    const store = new PostgresStore(options, facts);
    try {
      await store.#watch.start();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get openHandles(): number {
    return this.#database.openConnections;
  }

  collection(record: TenantRecord): CollectionStore {
    return new PostgresCollection({
      record,
      database: this.#database,
      masters: this.#masters,
      writer: this.#writer,
      searches: this.#searches,
      wordTurns: this.#wordTurns,
    });
  }

  async release(record: TenantRecord): Promise<void> {
    this.#writer.release(record.serial);
  }

  async prepare(): Promise<void> {
    const newest = await this.#newestSealed();
    if (newest !== undefined) await this.#masters.get(newest);
  }

  async check(): Promise<void> {
    await this.#newestSealed();
  }

  async sizes(): Promise<StoreSizes> {
    const [reply] = await this.#database.read(undefined, [call(SIZES)]);
    const { master, overlay, system } = reply!.rows[0] as { master: number; overlay: number; system: number };
    return { masterBytes: master, overlayBytes: overlay, systemBytes: system };
  }

  sign(text: string): string {
    return this.#signer.sign(text);
  }

  async close(): Promise<void> {
    clearInterval(this.#housekeeping);
    await this.#watch.close();
    await this.#owner.close();
    await this.#database.close();
  }

  async #newestSealed(): Promise<number | undefined> {
    const [reply] = await this.#database.read(undefined, [call(NEWEST_SEALED)]);
    return (reply!.rows[0]!.number as number | null) ?? undefined;
  }
}
