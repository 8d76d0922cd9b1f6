import { CommanderError } from 'commander';
import { exitCodeOf, sentenceOf } from './failure.ts';
import { createProgram } from './program.ts';

/** Runs the command that this process was started with; a failure is one line and an exit code. */
export async function run(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // Commander has written its own line.
    if (!(error instanceof CommanderError)) process.stderr.write(`warmfhir: ${sentenceOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
