import type { ServeSettings } from '../main.ts';
import type { MetricsPeers, MetricsSnapshot } from '../metrics/metrics.ts';
import type { FromWorker, ToWorker } from './worker-message.ts';

/** The worker's end of the channel to its supervisor. */
export class SupervisorLink implements MetricsPeers {
  readonly #stop = new AbortController();
  readonly #started = Promise.withResolvers<ServeSettings>();
  readonly #gathering = new Map<number, (snapshots: readonly MetricsSnapshot[]) => void>();
  #snapshot: () => Promise<MetricsSnapshot> = async () => [];
  #asked = 0;

  constructor() {
    process.on('message', (message: ToWorker) => this.#heard(message));
  }

  /** What to serve with; resolves when the supervisor has said so. */
  get settings(): Promise<ServeSettings> {
    return this.#started.promise;
  }

  /** Aborts when the supervisor wants this worker to end. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when the message is on its way, or cannot be sent any more. */
  tell(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
      else resolve();
    });
  }

  offer(snapshot: () => Promise<MetricsSnapshot>): void {
    this.#snapshot = snapshot;
  }

  gather(own: MetricsSnapshot): Promise<readonly MetricsSnapshot[]> {
    const request = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<readonly MetricsSnapshot[]>();
    this.#gathering.set(request, resolve);
    void this.tell({ kind: 'gather', request, own });
    return promise;
  }

  #heard(message: ToWorker): void {
    switch (message.kind) {
      case 'start':
        this.#started.resolve(message.settings);
        return;
      case 'stop':
        this.#stop.abort();
        return;
      case 'snapshot-wanted':
        void this.#snapshot().then((snapshot) =>
          this.tell({ kind: 'snapshot', request: message.request, snapshot }),
        );
        return;
      case 'gathered':
        this.#gathering.get(message.request)?.(message.snapshots);
        this.#gathering.delete(message.request);
    }
  }
}
