import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Statement } from '../../../src/store/postgres/statement.ts';

const FOLDER = fileURLToPath(new URL('../../../src/store/postgres', import.meta.url));

/** Every prepared statement of the engine, those of one generation among them. */
export async function engineStatements(generation: number): Promise<readonly Statement[]> {
  const found: Statement[] = [];
  for (const name of globSync('*-statements.ts', { cwd: FOLDER }).sort()) {
    const exported = (await import(pathToFileURL(join(FOLDER, basename(name))).href)) as Record<
      string,
      unknown
    >;
    for (const value of Object.values(exported)) collect(value, generation, found);
  }
  return found;
}

function collect(value: unknown, generation: number, found: Statement[]): void {
  if (typeof value === 'function') {
    // Those that take a generation give its statements; others make calls of what is here anyway.
    if (value.length === 1) collect(value(generation), generation, found);
  } else if (value instanceof Map) {
    for (const each of value.values()) collect(each, generation, found);
  } else if (typeof value === 'object' && value !== null) {
    if ('name' in value && 'text' in value) found.push(value as Statement);
    else for (const each of Object.values(value)) collect(each, generation, found);
  }
}
