import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCli } from '../command/run-cli.ts';

const SYNTHEA = fileURLToPath(new URL('../../../shared/data/synthea-small', import.meta.url));

/** Real data where it is there, so that the name of a test says which it ran on. */
export const HAS_REAL_DATA = existsSync(SYNTHEA);

/** A folder to ingest: Synthea's, or the project's own sample. */
export async function sourceFolder(folder: { at(name: string): string }): Promise<string> {
  if (HAS_REAL_DATA) return SYNTHEA;
  await runCli(['sample', '--patients', '50', '--out', folder.at('sample')]);
  return folder.at('sample');
}
