import { CommanderError } from 'commander';
import { type ErrorCode, WarmfhirError } from '../errors.ts';

/** The command cannot be carried out as it was given, or not on this store. */
const UNUSABLE = new Set<ErrorCode>([
  'setting-invalid',
  'ingest-source-invalid',
  'ingest-source-unreachable',
  'store-invalid',
  'store-missing',
  'store-damaged',
  'store-format',
  'store-schema',
  'tenant-id-invalid',
]);

/** Exit code of the process: docs/errors.md lists them. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof WarmfhirError)) return 1;
  if (error.code === 'ingest-interrupted') return 130;
  return UNUSABLE.has(error.code) ? 2 : 1;
}

/** One line for the terminal; where the error was not foreseen, with the place that raised it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof WarmfhirError && error.code !== 'internal') return oneLine(error.detail);
  if (!(error instanceof Error)) return oneLine(String(error));
  const place = error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return oneLine(`${error.name}: ${error.message} ${place.trim()}`);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
