import { CommanderError } from 'commander';
import { exitCodeOf, sentenceOf } from './failure.ts';
import { createProgram } from './program.ts';

/** Runs the command that this process was started with; a failure is one line and an exit code. */
export async function run(): Promise<void> {
  process.stdout.on('error', passClosedPipe);
  process.stderr.on('error', passClosedPipe);
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // Commander has written its own line.
    if (!(error instanceof CommanderError)) process.stderr.write(`warmfhir: ${sentenceOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Whoever read the output, such as `head`, has seen enough; the command itself goes on to its end. */
function passClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
