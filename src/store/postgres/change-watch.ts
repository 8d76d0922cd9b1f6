import type { Log } from '../../log.ts';
import type { Database } from './database.ts';
import type { DatabaseClock } from './database-clock.ts';
import { DatabaseConnection } from './database-connection.ts';
import { CHANGE_CHANNEL, LOOK } from './registry-statements.ts';
import { call } from './statement.ts';

/** How often the number of the last change is looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Notices that any node has changed the registry. It looks once a second; notifications of the database, where they come
 * through, only make it notice sooner.
 */
export class ChangeWatch {
  readonly #database: Database;
  readonly #clock: DatabaseClock;
  readonly #listenUrl: string;
  readonly #deadlineMs: number;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #revision = 0;
  #known = -1;
  #looking: Promise<void> | undefined;
  #listener: DatabaseConnection | undefined;
  #listening: Promise<void> | undefined;
  #heardOf: string | undefined;

  constructor(options: {
    readonly database: Database;
    readonly clock: DatabaseClock;
    /** Address of the database itself: a pooler that lends connections by the transaction passes no notification on. */
    readonly listenUrl: string;
    readonly deadlineMs: number;
    readonly log: Log;
  }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#listenUrl = options.listenUrl;
    this.#deadlineMs = options.deadlineMs;
    this.#log = options.log;
    this.#timer = setInterval(() => this.#tick(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Another number whenever the registry may have changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Looks once, so that the clock is known, and begins to listen. */
  async start(): Promise<void> {
    await this.#look();
    this.#listen();
  }

  /** Tells of a change that this process has made itself. */
  changed(number: number): void {
    this.#known = Math.max(this.#known, number);
    this.#revision += 1;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listening;
    await this.#listener?.end();
    await this.#looking?.catch(() => undefined);
  }

  #heard(number: number): void {
    if (number <= this.#known) return;
    this.#known = number;
    this.#revision += 1;
  }

  #tick(): void {
    // Whoever asks for something meanwhile is told that the database is away.
    this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
      });
    this.#listen();
  }

  async #look(): Promise<void> {
    const before = Date.now();
    const [reply] = await this.#database.read(undefined, [call(LOOK)]);
    const { number, now } = reply!.rows[0] as { number: number; now: number };
    this.#clock.observe(now, before, Date.now());
    this.#heard(number);
  }

  #listen(): void {
    if (this.#listening !== undefined || this.#listener?.closed === false) return;
    this.#listening = this.#openListener()
      .then(() => this.#tell('Notifications of the database come through.'))
      .catch((error: unknown) => this.#tell('No notifications: changes are noticed once a second.', error))
      .finally(() => {
        this.#listening = undefined;
      });
  }

  async #openListener(): Promise<void> {
    const listener = await DatabaseConnection.open({ url: this.#listenUrl, deadlineMs: this.#deadlineMs });
    this.#listener = listener;
    listener.onNotification((payload) => this.#heard(Number(payload)));
    await listener.run([`LISTEN ${CHANGE_CHANNEL}`]);
  }

  /** Says it once, and again only after it was otherwise. */
  #tell(state: string, error?: unknown): void {
    if (this.#heardOf === state) return;
    this.#heardOf = state;
    this.#log.info(error === undefined ? {} : { err: error }, state);
  }
}
