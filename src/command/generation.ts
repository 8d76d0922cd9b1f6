import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { WarmfhirError } from '../errors.ts';
import { shownBytes, table } from './table.ts';
import { withStore } from './with-store.ts';

const SETTINGS = ['store', 'listenUrl'] as const satisfies SettingName[];

/** `warmfhir generation list|prune`. */
export function addGeneration(program: Command): void {
  const generation = program.command('generation').description('list or prune the generations of the master');

  const list = generation.command('list').description('list all generations');
  addSettings(list, SETTINGS)
    .option('--json', 'print JSON')
    .action(async ({ json, ...given }: Record<string, unknown>) => {
      const generations = await withStore(readSettings(SETTINGS, given), (store) => store.generations.list());
      if (json) {
        process.stdout.write(`${JSON.stringify(generations, null, 2)}\n`);
        return;
      }
      const rows = generations.map(({ number, state, startedAt, sealedAt, resources, bytes, tenants }) => [
        number,
        state,
        new Date(startedAt).toISOString(),
        sealedAt === null ? null : new Date(sealedAt).toISOString(),
        resources,
        shownBytes(bytes),
        tenants,
      ]);
      process.stdout.write(
        table(['generation', 'state', 'started', 'sealed', 'resources', 'size', 'tenants'], rows),
      );
    });

  const prune = generation
    .command('prune')
    .description('delete generations that no tenant is pinned to; never the newest')
    .argument('[number]', 'the generation; by default all that can be pruned');
  addSettings(prune, SETTINGS).action(async (number: string | undefined, given: Record<string, unknown>) => {
    await withStore(readSettings(SETTINGS, given), async (store) => {
      const sealed = (await store.generations.list()).filter(({ state }) => state === 'sealed');
      const unused = sealed.slice(0, -1).filter(({ tenants }) => tenants === 0);
      const chosen = number === undefined ? unused.map((found) => found.number) : [wholeNumber(number)];
      for (const generation of chosen) {
        await store.generations.prune(generation);
        process.stdout.write(`Pruned generation ${generation}.\n`);
      }
      if (chosen.length === 0) process.stdout.write('There is no generation to prune.\n');
    });
  });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new WarmfhirError('setting-invalid', `A generation is a whole number, not "${text}".`);
}
