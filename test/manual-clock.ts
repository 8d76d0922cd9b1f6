import type { Clock } from '../src/clock.ts';

interface Due {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
}

/**
 * A clock that moves only when told. `advance` runs everything that falls due in order of its time, and lets promises
 * go on in between, so that a loop of sleeps takes all its turns within one call.
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #due = new Set<Due>();

  constructor(start: number = Date.parse('2026-01-01T00:00:00.000Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const due: Due = { at: this.#now + ms, every: null, run: resolve };
      this.#due.add(due);
      signal?.addEventListener(
        'abort',
        () => {
          this.#due.delete(due);
          resolve();
        },
        { once: true },
      );
    });
  }

  every(ms: number, task: () => void): () => void {
    const due: Due = { at: this.#now + ms, every: ms, run: task };
    this.#due.add(due);
    return () => this.#due.delete(due);
  }

  /** Sleeps and timers that have not run yet. */
  get pending(): number {
    return this.#due.size;
  }

  /** Moves time without running anything: what a process sees that was asleep. */
  skip(ms: number): void {
    this.#now += ms;
  }

  /** Moves time by `ms`, running what falls due on the way, each at its own time. */
  async advance(ms: number): Promise<void> {
    // What was begun just now may be about to sleep.
    await turn();
    const end = this.#now + ms;
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#now = Math.max(this.#now, due.at);
      if (due.every === null) this.#due.delete(due);
      else due.at += due.every;
      due.run();
      await turn();
    }
    this.#now = end;
    await turn();
  }

  #next(end: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (due.at <= end && (next === undefined || due.at < next.at)) next = due;
    }
    return next;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
