/** A task that waits for its turn. */
type Start = () => void;

/**
 * Runs tasks one at a time. Those for whom tasks are run take turns, each in the order of its own: who has asked for many, or for
 * slow ones, keeps nobody else waiting for more than one of them.
 */
export class FairTurns {
  /** By whom they are for; whose turn is next comes first. */
  readonly #waiting = new Map<string, Start[]>();
  #isRunning = false;

  /** @param of whom the task is for */
  async run<Result>(of: string, task: () => Promise<Result>): Promise<Result> {
    if (this.#isRunning) await new Promise<void>((start) => this.#queue(of, start));
    this.#isRunning = true;
    try {
      return await task();
    } finally {
      this.#next();
    }
  }

  #queue(of: string, start: Start): void {
    const its = this.#waiting.get(of);
    if (its === undefined) this.#waiting.set(of, [start]);
    else its.push(start);
  }

  /** Hands over to the next one without a gap that a new task could slip into. */
  #next(): void {
    const first = this.#waiting.entries().next().value;
    if (first === undefined) {
      this.#isRunning = false;
      return;
    }
    const [of, its] = first;
    const start = its.shift()!;
    this.#waiting.delete(of);
    if (its.length > 0) this.#waiting.set(of, its);
    start();
  }
}
