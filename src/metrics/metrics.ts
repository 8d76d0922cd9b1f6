/**
 * What the parts of a running process count and time. No label ever holds a tenant id or a resource id: their number
 * has no bound.
 */

/** How a warm-up ended: the tenant was made, was there already and warmed, or could not be warmed. */
export type WarmUpOutcome = 'created' | 'warmed' | 'failed';

/** What became of an ingested resource. */
export type IngestOutcome = 'stored' | 'unchanged' | 'superseded' | 'rejected';

/** Requests of one route and method. Taken once when the route is made, so that a request builds no labels. */
export interface RequestMeter {
  /** @param status HTTP status of the reply */
  finished(status: number, seconds: number): void;
}

/** What is true of the installation, whichever process is asked; looked up when metrics are asked for. */
export interface InstallationSample {
  /** Tenants by state, where the registry knows it. */
  readonly tenants: Readonly<Record<string, number>>;
  /** What is ingested and served to new tenants; absent before the first ingest. */
  readonly generation?: {
    readonly number: number;
    /** Documents by resource type. */
    readonly documents: ReadonlyMap<string, number>;
  };
  /** Bytes by part of the store. */
  readonly storeBytes: Readonly<Record<string, number>>;
  /** True once tenants can be served. */
  readonly ready: boolean;
}

/** What is true of one process, because nobody counts it as it changes. */
export interface ProcessSample {
  /** Tenants that this process is moving from one state to another, by state. */
  readonly tenants: Readonly<Record<string, number>>;
  /** Open database handles. */
  readonly openHandles: number;
  /** How late the event loop ran its timers in the last seconds, seconds. */
  readonly eventLoopLag: { readonly mean: number; readonly p99: number; readonly max: number };
}

/** What one process has counted: plain data that another process can add to its own. */
export type MetricsSnapshot = readonly object[];

/** The other processes behind the same address. */
export interface MetricsPeers {
  /** Lets the others ask for what this process has counted. */
  offer(snapshot: () => Promise<MetricsSnapshot>): void;
  /**
   * Their snapshots; those that do not answer soon are left out.
   *
   * @param own what the process that asks has counted
   */
  gather(own: MetricsSnapshot): Promise<readonly MetricsSnapshot[]>;
}

export interface Metrics {
  /** @param route pattern of the address, never an address itself */
  request(route: string, method: string): RequestMeter;
  warmedUp(outcome: WarmUpOutcome, seconds: number): void;
  /** A request was refused because its tenant was cold. */
  coldRejected(): void;
  /** Documents whose review state was written. */
  reviewed(count: number): void;
  /** Resources that an ingest in this process went through. */
  ingested(outcome: IngestOutcome, count: number): void;
  /** What `sample` returns belongs to every snapshot from now on. */
  watch(sample: () => ProcessSample): void;
  /** Everything that this process has counted so far. */
  snapshot(): Promise<MetricsSnapshot>;
  /** The sum of the snapshots, and the installation, as text of the type `contentType`. */
  expose(snapshots: readonly MetricsSnapshot[], installation: InstallationSample): Promise<string>;
  readonly contentType: string;
}

const noMeter: RequestMeter = { finished() {} };

/** Counts nothing and exposes an empty text. */
export const noMetrics: Metrics = {
  request: () => noMeter,
  warmedUp() {},
  coldRejected() {},
  reviewed() {},
  ingested() {},
  watch() {},
  snapshot: async () => [],
  expose: async () => '',
  contentType: 'text/plain; charset=utf-8',
};
