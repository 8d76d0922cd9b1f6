#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, sentenceOf } from './command/failure.ts';
import { createProgram } from './command/program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  // Commander has written its own line.
  if (!(error instanceof CommanderError)) process.stderr.write(`warmfhir: ${sentenceOf(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
