import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { WarmfhirError } from '../errors.ts';
import { moveInstallation } from '../move/move.ts';
import { openExistingStore, openStoreToFill } from '../open-store.ts';
import { table } from './table.ts';
import { untilSignal } from './until-signal.ts';

const SETTINGS = ['from', 'to'] as const satisfies SettingName[];

/** `warmfhir move`: an installation goes on in another store, of another engine or of the same. */
export function addMove(program: Command): void {
  const command = program
    .command('move')
    .description('move an installation into an empty store, of another engine or of the same');
  addSettings(command, SETTINGS).action(async (given: Record<string, unknown>) => {
    const { from, to } = readSettings(SETTINGS, given);
    if (from === undefined || to === undefined) {
      throw new WarmfhirError('setting-invalid', 'A move takes two stores, --from and --to.');
    }
    if (from === to) throw new WarmfhirError('setting-invalid', '--from and --to name the same store.');
    process.stdout.write(await move(from, to, untilSignal(130)));
  });
}

async function move(from: string, to: string, signal: AbortSignal): Promise<string> {
  const source = await openExistingStore({ store: from });
  try {
    const target = await openStoreToFill({ store: to });
    try {
      const moved = await moveInstallation({ from: source, to: target, signal });
      const rows = moved.map(({ what, count, sha256 }) => [what, count, sha256]);
      return `${table(['moved', 'rows', 'sha256'], rows)}\nAll of it arrived as it was sent.\n`;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
