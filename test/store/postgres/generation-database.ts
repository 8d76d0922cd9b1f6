import { Database } from '../../../src/store/postgres/database.ts';
import { GenerationRows } from '../../../src/store/postgres/generation-rows.ts';
import { migrate } from '../../../src/store/postgres/migrate.ts';
import { Owner } from '../../../src/store/postgres/owner.ts';
import { freshDatabase } from '../../postgres/test-database.ts';

/** Opens the generations of a migrated database, as one process does. */
export function openGenerations(url: string): { readonly rows: GenerationRows; close(): Promise<void> } {
  const database = new Database(
    { url, deadlineMs: 5_000, shared: 1, exclusive: 1 },
    { dropRole: true, statementTimeoutMs: 5_000 },
  );
  const owner = new Owner(url);
  return {
    rows: new GenerationRows({ database, owner }),
    close: async () => {
      await owner.close();
      await database.close();
    },
  };
}

/** A migrated database of one test. */
export function migratedDatabase() {
  return freshDatabase({
    name: 'migrated',
    prepare: async (url) => {
      await migrate(url);
    },
  });
}
