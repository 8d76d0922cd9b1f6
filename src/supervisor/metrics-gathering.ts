import type { Clock } from '../clock.ts';
import type { MetricsSnapshot } from '../metrics/metrics.ts';
import type { WorkerProcess } from './worker-message.ts';

/** A worker that does not say so soon what it has counted is left out, milliseconds. */
const PATIENCE_MS = 2_000;

/** What the supervisor counts itself. */
export interface SupervisorCounts {
  /** Keeps the counts of a worker that has ended, so that no sum ever goes down. */
  retire(last: MetricsSnapshot): void;
  /** @param workers how many are running */
  snapshot(workers: number): Promise<MetricsSnapshot>;
}

interface Question {
  readonly worker: WorkerProcess;
  readonly answer: (snapshot: MetricsSnapshot | undefined) => void;
}

/** Collects what all workers have counted for the one that was asked. */
export class MetricsGathering {
  readonly #workers: ReadonlySet<WorkerProcess>;
  readonly #counts: SupervisorCounts;
  readonly #clock: Clock;
  readonly #questions = new Map<number, Question>();
  /** What each worker said last. */
  readonly #last = new Map<WorkerProcess, MetricsSnapshot>();
  #asked = 0;

  /** @param workers those that run, now and later */
  constructor(options: {
    readonly workers: ReadonlySet<WorkerProcess>;
    readonly counts: SupervisorCounts;
    readonly clock: Clock;
  }) {
    this.#workers = options.workers;
    this.#counts = options.counts;
    this.#clock = options.clock;
  }

  /** The snapshots of all others than `asker`, with that of the supervisor and of those that have ended. */
  async gather(asker: WorkerProcess, own: MetricsSnapshot): Promise<readonly MetricsSnapshot[]> {
    this.#last.set(asker, own);
    const others = [...this.#workers].filter((worker) => worker !== asker);
    const snapshots = await Promise.all(others.map((worker) => this.#ask(worker)));
    return [
      ...snapshots.filter((snapshot) => snapshot !== undefined),
      await this.#counts.snapshot(this.#workers.size),
    ];
  }

  /** A worker has answered. */
  received(request: number, snapshot: MetricsSnapshot): void {
    const question = this.#questions.get(request);
    if (question === undefined) return;
    this.#last.set(question.worker, snapshot);
    question.answer(snapshot);
  }

  /** A worker has ended: nobody waits for it any longer. */
  ended(worker: WorkerProcess): void {
    for (const question of this.#questions.values()) {
      if (question.worker === worker) question.answer(undefined);
    }
    const last = this.#last.get(worker);
    this.#last.delete(worker);
    if (last !== undefined) this.#counts.retire(last);
  }

  async #ask(worker: WorkerProcess): Promise<MetricsSnapshot | undefined> {
    const request = ++this.#asked;
    const answered = new AbortController();
    const { promise, resolve } = Promise.withResolvers<MetricsSnapshot | undefined>();
    this.#questions.set(request, { worker, answer: resolve });
    void this.#clock.sleep(PATIENCE_MS, answered.signal).then(() => resolve(undefined));
    worker.send({ kind: 'snapshot-wanted', request });
    const snapshot = await promise;
    answered.abort();
    this.#questions.delete(request);
    return snapshot;
  }
}
