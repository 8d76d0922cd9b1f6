import { Command } from 'commander';
import { packageVersion } from '../config.ts';
import { addGeneration } from './generation.ts';
import { addIngest } from './ingest.ts';
import { addMigrate } from './migrate.ts';
import { addMove } from './move.ts';
import { addReindex } from './reindex.ts';
import { addSample } from './sample.ts';
import { addServe } from './serve.ts';
import { addStatus } from './status.ts';
import { addTenant } from './tenant.ts';

/**
 * The command line. Wrong use is a `CommanderError` whose one line is already written; whatever a command raises
 * passes through.
 */
export function createProgram(): Command {
  const program = new Command('warmfhir')
    .description('A multi-tenant FHIR R4 server: every customer gets an isolated copy of a master dataset.')
    .version(packageVersion(), '--version')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `warmfhir: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' ')}\n`,
        ),
    })
    .configureHelp({ showGlobalOptions: false });
  addSample(program);
  addIngest(program);
  addMigrate(program);
  addServe(program);
  addStatus(program);
  addGeneration(program);
  addReindex(program);
  addTenant(program);
  addMove(program);
  return program;
}
