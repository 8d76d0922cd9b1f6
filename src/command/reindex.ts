import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { untilSignal } from './until-signal.ts';
import { withStore } from './with-store.ts';

const SETTINGS = ['store', 'listenUrl'] as const satisfies SettingName[];

/** `warmfhir reindex`: gives generations that were sealed before there were search indexes their indexes. */
export function addReindex(program: Command): void {
  const command = program
    .command('reindex')
    .description(
      'give masters that were sealed by an older version their search indexes, while they are served',
    );
  addSettings(command, SETTINGS).action(async (given: Record<string, unknown>) => {
    const signal = untilSignal(130);
    await withStore(readSettings(SETTINGS, given), async ({ generations }) => {
      let indexed = 0;
      for (const { number, state, resources } of await generations.list()) {
        if (state !== 'sealed' || !(await generations.reindex(number, signal))) continue;
        process.stdout.write(
          `Generation ${number} has its search indexes: ${resources.toLocaleString('en-US')} resources.\n`,
        );
        indexed++;
      }
      if (indexed === 0) process.stdout.write('Every generation has its search indexes already.\n');
    });
  });
}
