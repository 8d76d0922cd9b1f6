import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { WarmfhirError } from '../../errors.ts';
import type { Log } from '../../log.ts';

export type FileFormat = 'ndjson' | 'json' | 'stdin';

export interface SourceFile {
  /** As it is shown and opened; `-` for standard input. */
  readonly path: string;
  readonly format: FileFormat;
  /** True when the user named it, false when it was found in a folder. */
  readonly named: boolean;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * The files behind paths that a user gave: folders with what lies beneath, by name; everything else as named.
 * Throws `ingest-source-invalid`.
 */
export function sourceFiles(paths: readonly string[], log: Log): readonly SourceFile[] {
  return paths.flatMap((path): readonly SourceFile[] => {
    if (path === '-') return [{ path, format: 'stdin', named: true, bytes: 0, modifiedMs: 0 }];
    const stats = statOf(path);
    if (stats.isDirectory()) {
      const found = filesBeneath(path, log);
      if (found.length > 0) return found;
      throw new WarmfhirError(
        'ingest-source-invalid',
        `${path} holds no .ndjson, .ndjson.gz, .json or .json.gz file.`,
      );
    }
    const file = asSourceFile(path, true, stats);
    if (file !== undefined) return [file];
    throw new WarmfhirError(
      'ingest-source-invalid',
      `${path} is neither .ndjson nor .json, with or without .gz.`,
    );
  });
}

function filesBeneath(folder: string, log: Log): SourceFile[] {
  return entriesOf(folder)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }): readonly SourceFile[] => {
      if (name.startsWith('.')) return [];
      const path = join(folder, name);
      const stats = statOf(path);
      if (stats.isDirectory()) return filesBeneath(path, log);
      const file = asSourceFile(path, false, stats);
      if (file === undefined) log.debug({ path }, 'Not a file of FHIR resources: passed over.');
      return file === undefined ? [] : [file];
    });
}

function asSourceFile(path: string, named: boolean, stats: Stats): SourceFile | undefined {
  const format = formatOf(path);
  return format === undefined
    ? undefined
    : { path, format, named, bytes: stats.size, modifiedMs: Math.round(stats.mtimeMs) };
}

function formatOf(path: string): FileFormat | undefined {
  if (/\.ndjson(\.gz)?$/i.test(path)) return 'ndjson';
  if (/\.json(\.gz)?$/i.test(path)) return 'json';
  return undefined;
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

/** `ingest-source-invalid` for what the file system said. */
export function unreadable(path: string, cause: unknown): WarmfhirError {
  const code = (cause as NodeJS.ErrnoException).code;
  const reason =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read'
        : `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new WarmfhirError('ingest-source-invalid', `${path} ${reason}.`, { cause });
}
