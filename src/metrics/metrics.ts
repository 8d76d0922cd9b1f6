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

/** Values that are looked up when metrics are asked for, because nobody counts them as they change. */
export interface MetricsSample {
  /** Tenants by state. */
  readonly tenants: Readonly<Record<string, number>>;
  /** What is ingested and served to new tenants; absent before the first ingest. */
  readonly generation?: {
    readonly number: number;
    /** Documents by resource type. */
    readonly documents: ReadonlyMap<string, number>;
  };
  /** Bytes by part of the store. */
  readonly storeBytes: Readonly<Record<string, number>>;
  /** Open database handles. */
  readonly openHandles: number;
  /** True once tenants can be served. */
  readonly ready: boolean;
  /** How late the event loop ran its timers since the last time that metrics were asked for, seconds. */
  readonly eventLoopLag: { readonly mean: number; readonly p99: number; readonly max: number };
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
  /** Everything counted so far, and the sample, as text of the type `contentType`. */
  expose(sample: MetricsSample): Promise<string>;
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
  expose: async () => '',
  contentType: 'text/plain; charset=utf-8',
};
