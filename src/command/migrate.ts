import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { migratedUrl } from '../open-store.ts';
import { migrate } from '../store/postgres/migrate.ts';

const SETTINGS = ['store', 'listenUrl'] as const satisfies SettingName[];

/** `warmfhir migrate`: makes or upgrades the schema of a PostgreSQL database. */
export function addMigrate(program: Command): void {
  const command = program
    .command('migrate')
    .description('make or upgrade the schema of a PostgreSQL database, as its owner');
  addSettings(command, SETTINGS).action(async (given: Record<string, unknown>) => {
    const { from, to, citus } = await migrate(migratedUrl(readSettings(SETTINGS, given)));
    const done =
      from === to ? `The schema is at ${to} already.` : `Migrated the schema from ${from} to ${to}.`;
    process.stdout.write(`${done}${citus ? ' Its tables are distributed by Citus.' : ''}\n`);
  });
}
