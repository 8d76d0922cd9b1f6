import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../metrics.ts';
import { type SnapshotMetric, snapshotOf, sumOf } from './snapshot.ts';

/** What a process counts that runs workers and answers no requests itself. */
export class SupervisorMetrics {
  readonly #registry = new Registry();
  readonly #workers: Gauge;
  readonly #restarts: Counter;
  /** The counts of all workers that have ended. */
  #retired: Promise<MetricsSnapshot> = Promise.resolve([]);

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#workers = new Gauge({
      name: 'warmfhir_workers',
      help: 'Worker processes that run.',
      registers,
    });
    this.#restarts = new Counter({
      name: 'warmfhir_worker_restarts_total',
      help: 'Workers that ended and were replaced.',
      registers,
    });
  }

  restarted(): void {
    this.#restarts.inc();
  }

  retire(last: MetricsSnapshot): void {
    // What a worker counted stays true after it has ended; what it measured does not.
    const counts = (last as readonly SnapshotMetric[]).filter(({ type }) => COUNTS.has(type));
    this.#retired = this.#retired.then((before) => sumOf([before, counts]));
  }

  async snapshot(workers: number): Promise<MetricsSnapshot> {
    this.#workers.set(workers);
    return sumOf([await snapshotOf(this.#registry), await this.#retired]);
  }
}

const COUNTS = new Set(['counter', 'histogram']);
