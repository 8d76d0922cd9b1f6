import type { ErrorCode } from '../errors.ts';
import type { ServeSettings } from '../main.ts';
import type { MetricsSnapshot } from '../metrics/metrics.ts';

/** What a supervisor tells a worker. The first message is `start`. */
export type ToWorker =
  | { readonly kind: 'start'; readonly settings: ServeSettings }
  /** Answer what is in flight, then end. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'snapshot-wanted'; readonly request: number }
  /** The answer to `gather`. */
  | { readonly kind: 'gathered'; readonly request: number; readonly snapshots: readonly MetricsSnapshot[] };

/** What a worker tells its supervisor. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly url: string }
  /** The master is open: tenants are served. */
  | { readonly kind: 'ready' }
  /** It ends because of this error. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string }
  /** The answer to `snapshot-wanted`. */
  | { readonly kind: 'snapshot'; readonly request: number; readonly snapshot: MetricsSnapshot }
  /** Somebody asked this worker for the metrics of all. */
  | { readonly kind: 'gather'; readonly request: number; readonly own: MetricsSnapshot };

/** A worker as its supervisor sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Nothing happens when it has ended. */
  send(message: ToWorker): void;
}

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** @param how for people: `code 1`, `signal SIGKILL` */
  ended(how: string, signalled: boolean): void;
}

/** Starts a worker; its events come later than the call returns. */
export type Fork = (events: WorkerEvents) => WorkerProcess;
