import {
  APPLICATION_ID,
  type Connection,
  guarded,
  openConnection,
  requireFormat,
  type Statement,
  useWal,
} from './connection.ts';
import type { StoreFolder } from './store-folder.ts';

const FORMAT = 1;

/**
 * `changes.db`: one number that every process counts up after it has committed anything of a tenant and before it
 * acknowledges that. So whoever finds the number where it was knows, for the price of one `PRAGMA data_version`, that
 * nothing of any tenant has changed: neither its record nor its documents.
 *
 * The number means nothing after a restart, so it is never waited for to reach the disk. Opening the counter leaves the
 * file as it is.
 */
export class ChangeCounter {
  readonly #path: string;
  readonly #connection: Connection;
  readonly #dataVersion: Statement;
  readonly #increment: Statement;
  #current: number | undefined;
  readonly #forget = (): void => {
    this.#current = undefined;
  };

  constructor(folder: StoreFolder) {
    this.#path = folder.changes;
    this.#connection = openConnection(this.#path);
    useWal(this.#connection);
    this.#connection.pragma('synchronous = OFF');
    // The log stays within a few pages: a full disk seldom stops the counting of what another file had room for.
    this.#connection.pragma('wal_autocheckpoint = 8');
    guarded(this.#path, () => this.#create());
    this.#dataVersion = this.#connection.prepare('PRAGMA data_version').pluck();
    this.#increment = this.#connection.prepare('UPDATE change SET number = number + 1');
  }

  /**
   * Moves whenever another connection, of any thread or process, has counted up. Asked once in a synchronous stretch of
   * a request, however many parts of it want to know.
   */
  revision(): number {
    if (this.#current === undefined) {
      this.#current = this.#dataVersion.get() as number;
      queueMicrotask(this.#forget);
    }
    return this.#current;
  }

  countUp(): void {
    guarded(this.#path, () => this.#increment.run());
  }

  close(): void {
    this.#connection.close();
  }

  #create(): void {
    const exists = () =>
      this.#connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'change'").get() !== undefined;
    if (!exists()) {
      this.#connection
        .transaction(() => {
          if (exists()) return;
          this.#connection.exec(
            'CREATE TABLE change (number INTEGER NOT NULL); INSERT INTO change VALUES (0)',
          );
          this.#connection.pragma(`application_id = ${APPLICATION_ID}`);
          this.#connection.pragma(`user_version = ${FORMAT}`);
        })
        .immediate();
    }
    requireFormat(this.#connection, this.#path, FORMAT);
  }
}
