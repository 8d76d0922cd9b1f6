import type { Command } from 'commander';
import { addSettings, readSettings } from '../config.ts';
import type { IngestSettings } from '../fhir-client.ts';
import { untilSignal } from './until-signal.ts';

const SETTINGS = [
  'store',
  'listenUrl',
  'force',
  'allowRejects',
  'maxResourceBytes',
  'types',
  'resolveReferences',
  'header',
  'allowOrigin',
  'pageSize',
  'parallelTypes',
  'requestTimeout',
  'retries',
  'logLevel',
] as const satisfies (keyof IngestSettings)[];

/** `warmfhir ingest`: fills the master collection once, or builds its next generation. */
export function addIngest(program: Command): void {
  const command = program
    .command('ingest')
    .description('load the master collection from FHIR servers, folders or files')
    .argument(
      '<source...>',
      'base URL of a FHIR server, folder, .ndjson or Bundle .json (also .gz), or - for NDJSON',
    );
  addSettings(command, SETTINGS).action(async (sources: string[], given: Record<string, unknown>) => {
    const settings = readSettings(SETTINGS, given);
    const signal = untilSignal(130);
    const { runFhirClient } = await import('../fhir-client.ts');
    await runFhirClient(sources, settings, signal, (report) => process.stdout.write(`${report}\n`));
  });
}
