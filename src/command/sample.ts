import type { Command } from 'commander';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { WarmfhirError } from '../errors.ts';
import { table } from './table.ts';

const SETTINGS = ['patients', 'out', 'seed', 'format'] as const satisfies SettingName[];

/** `warmfhir sample`: writes a made-up hospital to try the server with. */
export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('write a made-up hospital, the same for the same seed');
  addSettings(command, SETTINGS).action(async (given: Record<string, unknown>) => {
    const { patients, out, seed, format } = readSettings(SETTINGS, given);
    const { writeSample } = await import('../sample/write-sample.ts');
    const counts = inFolder(out, () => writeSample({ folder: out, patients, seed, format }));
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(table(['type', 'resources'], [...[...counts].sort(), ['all', total]]));
  });
}

function inFolder<Result>(folder: string, write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WarmfhirError('setting-invalid', `The sample cannot be written to ${folder}: ${reason}.`, {
      cause,
    });
  }
}
