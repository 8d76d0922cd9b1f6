import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { shownBytes, table } from './table.ts';
import { withStore } from './with-store.ts';

const SETTINGS = ['store'] as const satisfies SettingName[];

/** `warmfhir status`: what the store holds, whether or not a server runs on it. */
export function addStatus(program: Command): void {
  const command = program.command('status').description('show the ingestion status and what the store holds');
  addSettings(command, SETTINGS)
    .option('--json', 'print JSON')
    .action(async ({ json, ...given }: Record<string, unknown>) => {
      await withStore(readSettings(SETTINGS, given), async (store) => {
        const ingestion = (await store.generations.ingestionStatus()) ?? null;
        const generations = await store.generations.list();
        const newest = generations.filter(({ state }) => state === 'sealed').at(-1);
        const counts =
          newest === undefined ? [] : [...(await store.generations.counts(newest.number))].sort();
        const tenants = (await store.tenants.list()).length;
        const sizes = await store.sizes();
        if (json) {
          const types = Object.fromEntries(counts);
          const status = { ingestion, generation: newest?.number ?? null, types, tenants, sizes };
          process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
          return;
        }
        process.stdout.write(
          table(
            ['', ''],
            [
              ['ready', ingestion?.ready ? 'yes' : 'no'],
              ['message', ingestion?.message ?? 'Nothing has been ingested yet.'],
              ['started', ingestion?.startedAt ?? null],
              ['completed', ingestion?.completedAt ?? null],
              ['generation', newest === undefined ? null : String(newest.number)],
              ['tenants', String(tenants)],
              ['master', shownBytes(sizes.masterBytes)],
              ['tenant changes', shownBytes(sizes.overlayBytes)],
            ],
          ).slice(1),
        );
        if (counts.length > 0) process.stdout.write(`\n${table(['type', 'resources'], counts)}`);
      });
    });
}
