import { WarmfhirError } from './errors.ts';
import { SqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';

export interface StoreSettings {
  /** `sqlite:FOLDER`. */
  readonly store: string;
  /** Bytes of master documents kept in memory. */
  readonly documentCache?: number;
  /** Tenants with changes whose files are open at once. */
  readonly overlayHandles?: number;
}

/** The folder of an embedded store: data and rejects lie in it. Throws `store-invalid` for an unknown engine. */
export function storeFolder(address: string): string {
  const [, engine = '', place = ''] = /^([a-z]+):(.*)$/s.exec(address) ?? [];
  if (engine === 'sqlite' && place !== '') return place;
  // An address may hold a password: only its kind is named.
  throw new WarmfhirError('store-invalid', `A store is sqlite:FOLDER; "${engine}:" is not known.`);
}

/** Opens the store at an address, making it if it is new. */
export async function openStore({ store, documentCache, overlayHandles }: StoreSettings): Promise<Store> {
  const options: SqliteStoreOptions = {
    ...(documentCache === undefined ? {} : { documentCacheBytes: documentCache }),
    ...(overlayHandles === undefined ? {} : { overlayHandles }),
  };
  return SqliteStore.open(storeFolder(store), options);
}

/** Opens the store at an address. @throws store-missing where `ingest` or `serve` never made one */
export async function openExistingStore(settings: StoreSettings): Promise<Store> {
  const folder = storeFolder(settings.store);
  if (!SqliteStore.exists(folder)) {
    throw new WarmfhirError('store-missing', `There is no store in ${folder}: "warmfhir ingest" makes one.`);
  }
  return openStore(settings);
}
