import { join } from 'node:path';
import { WarmfhirError } from './errors.ts';
import type { Log } from './log.ts';
import { makeSchema } from './store/postgres/migrate.ts';
import { PostgresStore } from './store/postgres/postgres-store.ts';
import { SqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';

export interface StoreSettings {
  /** `sqlite:FOLDER` or `postgres://…`. */
  readonly store: string;
  /** Bytes of master documents kept in memory. */
  readonly documentCache?: number;
  /** Tenants with changes whose files are open at once. */
  readonly overlayHandles?: number;
  /** Address of the PostgreSQL server itself, where `store` is that of a pooler. */
  readonly listenUrl?: string | undefined;
  /** Longest time for one statement of PostgreSQL, milliseconds. */
  readonly statementTimeout?: number;
  /** Most connections to PostgreSQL. */
  readonly databaseConnections?: number;
  readonly log?: Log;
}

type StoreAddress = { readonly engine: 'sqlite'; readonly folder: string } | { readonly engine: 'postgres' };

/** @throws store-invalid for an unknown engine */
function parseAddress(address: string): StoreAddress {
  const [, engine = '', place = ''] = /^([a-z]+):(.*)$/s.exec(address) ?? [];
  if (engine === 'sqlite' && place !== '') return { engine, folder: place };
  if (/^postgres(ql)?$/.test(engine) && place.startsWith('//')) return { engine: 'postgres' };
  // An address may hold a password: only its kind is named.
  throw new WarmfhirError(
    'store-invalid',
    `A store is sqlite:FOLDER or postgres://USER@HOST/DATABASE; "${engine}:" is not known.`,
  );
}

/** The database that `migrate` brings up to date. @throws store-invalid for a store that needs no such thing */
export function migratedUrl({ store, listenUrl }: StoreSettings): string {
  if (parseAddress(store).engine === 'postgres') return listenUrl ?? store;
  throw new WarmfhirError('store-invalid', 'A store in a folder is not migrated: only postgres:// is.');
}

/** Where an ingest writes what it rejects: in the folder of an embedded store, otherwise where it runs. */
export function rejectsFile(address: string): string {
  const parsed = parseAddress(address);
  return join(parsed.engine === 'sqlite' ? parsed.folder : '.', 'rejects.ndjson');
}

/** Opens the store at an address for serving; a folder is made if it is new. @throws store-schema for a database */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const parsed = parseAddress(settings.store);
  return parsed.engine === 'sqlite' ? openFolder(parsed.folder, settings) : openDatabase(settings);
}

/** Opens the store at an address for an ingest, which makes what is not there at all. */
export async function openStoreToFill(settings: StoreSettings): Promise<Store> {
  if (parseAddress(settings.store).engine === 'postgres') await makeSchema(migratedUrl(settings));
  return openStore(settings);
}

/** Opens the store at an address. @throws store-missing, store-schema where nothing was ever made */
export async function openExistingStore(settings: StoreSettings): Promise<Store> {
  const parsed = parseAddress(settings.store);
  if (parsed.engine === 'sqlite' && !SqliteStore.exists(parsed.folder)) {
    throw new WarmfhirError(
      'store-missing',
      `There is no store in ${parsed.folder}: "warmfhir ingest" makes one.`,
    );
  }
  return openStore(settings);
}

function openFolder(folder: string, { documentCache, overlayHandles }: StoreSettings): Store {
  const options: SqliteStoreOptions = {
    ...(documentCache === undefined ? {} : { documentCacheBytes: documentCache }),
    ...(overlayHandles === undefined ? {} : { overlayHandles }),
  };
  return SqliteStore.open(folder, options);
}

function openDatabase(settings: StoreSettings): Promise<Store> {
  const { store, documentCache, listenUrl, statementTimeout, databaseConnections, log } = settings;
  return PostgresStore.open({
    url: store,
    ...(documentCache === undefined ? {} : { documentCacheBytes: documentCache }),
    ...(listenUrl === undefined ? {} : { listenUrl }),
    ...(statementTimeout === undefined ? {} : { statementTimeoutMs: statementTimeout }),
    ...(databaseConnections === undefined ? {} : { connections: databaseConnections }),
    ...(log === undefined ? {} : { log }),
  });
}
