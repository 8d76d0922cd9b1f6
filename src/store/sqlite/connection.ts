import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { WarmfhirError } from '../../errors.ts';

export type Connection = Database.Database;
export type Statement = Database.Statement;

/** `application_id` of every file of warmfhir: the letters wfhr. */
export const APPLICATION_ID = 0x77666872;

export interface OpenOptions {
  readonly readonly?: boolean;
  readonly mustExist?: boolean;
  /** Milliseconds to wait for another process's lock. */
  readonly busyTimeout?: number;
}

/**
 * Opens a database file; errors name it.
 * @throws store-damaged, store-unavailable
 */
export function openConnection(path: string, options: OpenOptions = {}): Connection {
  return guarded(path, () => {
    return new Database(path, {
      readonly: options.readonly ?? false,
      fileMustExist: options.mustExist ?? options.readonly ?? false,
      timeout: options.busyTimeout ?? 5000,
    });
  });
}

/** How long the change to a write-ahead log is tried again, and the pauses in between, milliseconds. */
const WAL_WITHIN_MS = 5_000;
const WAL_PAUSE_MS = 5;

/** What every connection that writes has: nothing is acknowledged that a power cut could take back. */
export function makeDurable(connection: Connection, walPages = 1000): void {
  useWal(connection);
  connection.pragma('synchronous = FULL');
  connection.pragma(`wal_autocheckpoint = ${walPages}`);
  connection.pragma('journal_size_limit = 1048576');
}

/**
 * Gives a file a write-ahead log. Where two connections change a new file's journal at once, SQLite refuses one of them without waiting, since each may
 * hold what the other needs.
 */
export function useWal(connection: Connection): void {
  const until = performance.now() + WAL_WITHIN_MS;
  for (;;) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = (error as { code?: unknown }).code === 'SQLITE_BUSY';
      if (!isBusy || performance.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS);
    }
  }
}

/**
 * Refuses a file of another program, or of a version that this one does not know.
 * @param formats those that can be read
 * @returns the one that the file has
 */
export function requireFormat(connection: Connection, path: string, ...formats: readonly number[]): number {
  const application = connection.pragma('application_id', { simple: true });
  if (application !== APPLICATION_ID) {
    throw new WarmfhirError('store-damaged', `${basename(path)} is not a file of warmfhir, or is damaged.`);
  }
  const found = connection.pragma('user_version', { simple: true }) as number;
  if (!formats.includes(found)) {
    throw new WarmfhirError(
      'store-format',
      `${basename(path)} has format ${found}; this version reads ${formats.join(' and ')}.`,
    );
  }
  return found;
}

/** Runs `task`; an error of SQLite or of the file system becomes one of ours that names the file. */
export function guarded<Result>(path: string, task: () => Result): Result {
  try {
    return task();
  } catch (error) {
    throw storeError(error, path);
  }
}

/** What SQLite says of a statement beyond its limits: https://www.sqlite.org/limits.html */
const TOO_LONG =
  /^(too many terms in compound SELECT|too many SQL variables|Expression tree is too large|parser stack overflow)/;

/** What an error of SQLite or of the file system means to clients. Others are returned as they are. */
export function storeError(error: unknown, path: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof WarmfhirError || typeof code !== 'string') return error;
  const file = basename(path);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new WarmfhirError('store-damaged', `The store file ${file} is damaged and is not served.`, {
      cause: error,
    });
  }
  if (/^SQLITE_FULL/.test(code) || code === 'ENOSPC' || code === 'EDQUOT') {
    return new WarmfhirError('store-full', `The disk is full: nothing was written to ${file}.`, {
      cause: error,
    });
  }
  if (/^(SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|READONLY|PROTOCOL)|E[A-Z]+$)/.test(code)) {
    return new WarmfhirError(
      'store-unavailable',
      `The store file ${file} cannot be used right now (${code}).`,
      {
        cause: error,
      },
    );
  }
  if (code === 'SQLITE_ERROR' && TOO_LONG.test((error as Error).message)) {
    return new WarmfhirError(
      'search-too-costly',
      'The search is too long for one statement: ask for fewer values.',
      {
        cause: error,
      },
    );
  }
  return error;
}
