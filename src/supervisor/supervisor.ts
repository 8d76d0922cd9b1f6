import type { Clock } from '../clock.ts';
import { WarmfhirError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ServeSettings } from '../main.ts';
import { MetricsGathering, type SupervisorCounts } from './metrics-gathering.ts';
import { restartDelayMs, STEADY_MS } from './restart-delay.ts';
import type { Fork, FromWorker, WorkerProcess } from './worker-message.ts';

export interface SupervisorOptions {
  readonly fork: Fork;
  /** How many workers run at once. */
  readonly workers: number;
  readonly settings: ServeSettings;
  readonly counts: SupervisorCounts & { restarted(): void };
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps a number of workers running that serve one address together. One that dies is replaced, after a pause that
 * grows while it dies at once again and again.
 */
export class Supervisor {
  readonly #fork: Fork;
  readonly #count: number;
  readonly #counts: SupervisorOptions['counts'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #running = new Set<WorkerProcess>();
  readonly #metrics: MetricsGathering;
  readonly #stop = new AbortController();
  readonly #settings: ServeSettings;
  /** Where they listen, once the first does. */
  #url: string | undefined;
  /** True once any worker served tenants: from then on every death is one to recover from. */
  #served = false;
  #failure: WarmfhirError | undefined;

  constructor(options: SupervisorOptions) {
    this.#fork = options.fork;
    this.#count = options.workers;
    this.#settings = options.settings;
    this.#counts = options.counts;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#metrics = new MetricsGathering({
      ...{ counts: options.counts, clock: options.clock },
      workers: this.#running,
    });
  }

  /**
   * Runs the workers until `signal` aborts, then lets them answer what is in flight and resolves when all have ended.
   * Rejects with a worker's own error when the workers cannot start at all.
   *
   * @param listening told the address once, when every worker of the first start accepts connections
   */
  async run(signal: AbortSignal, listening: (url: string) => void): Promise<void> {
    const stop = () => this.#stopAll();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const started = Array.from({ length: this.#count }, () => Promise.withResolvers<void>());
    void Promise.all(started.map(({ promise }) => promise)).then(() => {
      if (this.#url !== undefined && !this.#stopping) listening(this.#url);
    });
    await Promise.all(started.map(({ resolve }, number) => this.#keep(number + 1, resolve)));
    signal.removeEventListener('abort', stop);
    if (this.#failure !== undefined) throw this.#failure;
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  #stopAll(): void {
    this.#stop.abort();
    for (const worker of this.#running) worker.send({ kind: 'stop' });
  }

  /** Runs one worker after the other until all are to stop. */
  async #keep(number: number, started: () => void): Promise<void> {
    let quickDeaths = 0;
    while (!this.#stopping) {
      const bornAt = this.#clock.now();
      const how = await this.#life(number, started);
      started();
      if (this.#stopping) return;
      quickDeaths = this.#clock.now() - bornAt < STEADY_MS ? quickDeaths + 1 : 0;
      const pauseMs = restartDelayMs(quickDeaths);
      this.#counts.restarted();
      this.#log.warn({ worker: number, how, pauseMs }, 'A worker ended; another takes its place.');
      await this.#clock.sleep(pauseMs, this.#stop.signal);
    }
  }

  /** The life of one worker; says how it ended. */
  #life(number: number, started: () => void): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    let failure: WarmfhirError | undefined;
    const worker = this.#fork({
      message: (message) => {
        if (message.kind === 'listening') {
          this.#log.info({ worker: number, pid: worker.pid }, 'A worker listens.');
          this.#url ??= message.url;
          started();
        } else if (message.kind === 'failed') {
          failure = new WarmfhirError(message.code, message.detail);
        } else {
          this.#heard(worker, message);
        }
      },
      ended: (how, signalled) => {
        this.#running.delete(worker);
        this.#metrics.ended(worker);
        if (failure !== undefined) this.#failed(failure);
        else if (!signalled && this.#url === undefined) {
          this.#failed(new WarmfhirError('internal', `A worker ended with ${how} before it listened.`));
        }
        resolve(failure === undefined ? how : failure.detail);
      },
    });
    this.#running.add(worker);
    worker.send({ kind: 'start', settings: this.#settings });
    return promise;
  }

  #heard(worker: WorkerProcess, message: Exclude<FromWorker, { kind: 'listening' | 'failed' }>): void {
    switch (message.kind) {
      case 'ready':
        this.#served = true;
        return;
      case 'snapshot':
        this.#metrics.received(message.request, message.snapshot);
        return;
      case 'gather':
        void this.#metrics.gather(worker, message.own).then((snapshots) => {
          worker.send({ kind: 'gathered', request: message.request, snapshots });
        });
    }
  }

  /** A worker gave up by itself. If none has served yet, a restart would not help. */
  #failed(failure: WarmfhirError): void {
    if (this.#served || this.#stopping) return;
    this.#failure = failure;
    this.#stopAll();
  }
}
