import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { WarmfhirError } from '../../errors.ts';
import { type Connection, openConnection, storeError } from './connection.ts';

/**
 * The right to build a generation: an exclusive lock on a small file, which the operating system drops with the
 * process, however it ends. A text beside it says who holds it.
 */
export class IngestLock {
  readonly #connection: Connection;
  readonly #holderPath: string;

  /** @throws ingest-locked, naming the holder */
  constructor(path: string) {
    this.#holderPath = `${path}.holder`;
    this.#connection = openConnection(path, { busyTimeout: 0 });
    try {
      this.#connection.pragma('journal_mode = DELETE');
      this.#connection.exec('BEGIN EXCLUSIVE');
      writeFileSync(this.#holderPath, `process ${process.pid}, since ${new Date().toISOString()}`);
    } catch (error) {
      this.#connection.close();
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY'))
        throw storeError(error, path);
      throw new WarmfhirError(
        'ingest-locked',
        `Another ingest is running on this store: ${holder(this.#holderPath)}.`,
      );
    }
  }

  release(): void {
    rmSync(this.#holderPath, { force: true });
    this.#connection.close();
  }
}

function holder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'its holder is just starting or ending';
  }
}
