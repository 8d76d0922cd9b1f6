import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { migratedDatabase } from '../store/postgres/generation-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The engine that servers of this run keep their data with. */
    readonly engine: 'sqlite' | 'postgres';
  }
}

export const engine = inject('engine');

/** So many servers a test file starts at most. */
const MOST = engine === 'postgres' ? 4 : 0;

// Made before the tests of the file: a server is put together without waiting.
const databases = await Promise.all(Array.from({ length: MOST }, () => migratedDatabase()));
const stores = await Promise.all(databases.map(({ url }) => PostgresStore.open({ url, connections: 4 })));
const unused = [...stores];

/** A new and empty store, of the engine that this run is about. */
export function newStore(folder: string): Store {
  if (engine === 'sqlite') return SqliteStore.open(join(folder, 'data'));
  const store = unused.pop();
  if (store === undefined) throw new Error(`A test file starts at most ${MOST} servers.`);
  return store;
}

afterAll(async () => {
  await Promise.all(unused.map((store) => store.close()));
  await Promise.all(databases.map((database) => database.dispose()));
});
