import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Reject } from '../store/generation.ts';

/** Counts of what was rejected under no known type. */
export const UNKNOWN_TYPE = '(unknown)';

/**
 * Writes all rejects of a generation as NDJSON, `{"source","line"|"entry","offset","reason"}`, in place of an earlier
 * file; without any there is no file, and with `null` for a path there never is. Returns how many there are of each type.
 */
export async function writeRejects(
  path: string | null,
  rejects: AsyncIterable<readonly Reject[]>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const temporary = `${path}.tmp`;
  let file: number | undefined;
  try {
    for await (const chunk of rejects) {
      for (const { type = UNKNOWN_TYPE } of chunk) counts.set(type, (counts.get(type) ?? 0) + 1);
      if (path === null) continue;
      file ??= openSync(temporary, 'w');
      writeSync(file, chunk.map((reject) => `${JSON.stringify(rejectRecord(reject))}\n`).join(''));
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (path === null) return counts;
  if (file === undefined) rmSync(path, { force: true });
  else renameSync(temporary, path);
  return counts;
}

function rejectRecord({ source, line, offset, reason, type }: Reject): object {
  const place = isNdjson(source) ? { line } : { entry: line };
  return { source, ...place, offset, reason, ...(type === undefined ? {} : { type }) };
}

function isNdjson(source: string): boolean {
  return source === '-' || /\.ndjson(\.gz)?$/i.test(source);
}
