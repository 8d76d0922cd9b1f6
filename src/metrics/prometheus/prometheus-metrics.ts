import { Counter, collectDefaultMetrics, Histogram, type Metric, Registry } from 'prom-client';
import type {
  IngestOutcome,
  InstallationSample,
  Metrics,
  MetricsSnapshot,
  ProcessSample,
  RequestMeter,
  WarmUpOutcome,
} from '../metrics.ts';
import { InstallationGauges } from './installation-gauges.ts';
import { ProcessGauges } from './process-gauges.ts';
import { RequestHistogram } from './request-histogram.ts';
import { aggregated, snapshotOf } from './snapshot.ts';

/** Metrics in Prometheus' text format, with those of the process and of Node. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #requests = new RequestHistogram();
  readonly #warmUps: Histogram<'outcome'>;
  readonly #coldRejections: Counter;
  readonly #reviews: Counter;
  readonly #ingested: Counter<'outcome'>;
  readonly #process: ProcessGauges;
  readonly #installationRegistry = new Registry();
  readonly #installation: InstallationGauges;
  #watched: (() => ProcessSample) | undefined;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    // A registry asks its metrics for nothing but their name and values.
    this.#registry.registerMetric(this.#requests as unknown as Metric);
    this.#warmUps = new Histogram({
      name: 'warmfhir_tenant_warm_up_duration_seconds',
      help: 'Warm-ups by outcome, and how long they took.',
      labelNames: ['outcome'],
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    for (const outcome of ['created', 'warmed', 'failed'] as const) this.#warmUps.zero({ outcome });
    this.#coldRejections = new Counter({
      name: 'warmfhir_tenant_cold_rejections_total',
      help: 'Requests refused because their tenant was cold.',
      registers,
    });
    this.#reviews = new Counter({
      name: 'warmfhir_reviews_total',
      help: 'Documents whose review state was written.',
      registers,
    });
    this.#ingested = new Counter({
      name: 'warmfhir_ingest_resources_total',
      help: 'Resources that an ingest in this process went through, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['stored', 'unchanged', 'superseded', 'rejected'] as const) {
      this.#ingested.inc({ outcome }, 0);
    }
    this.#process = new ProcessGauges(this.#registry);
    this.#installation = new InstallationGauges(this.#installationRegistry);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(route: string, method: string): RequestMeter {
    return this.#requests.meter(route, method);
  }

  warmedUp(outcome: WarmUpOutcome, seconds: number): void {
    this.#warmUps.observe({ outcome }, seconds);
  }

  coldRejected(): void {
    this.#coldRejections.inc();
  }

  reviewed(count: number): void {
    this.#reviews.inc(count);
  }

  ingested(outcome: IngestOutcome, count: number): void {
    this.#ingested.inc({ outcome }, count);
  }

  watch(sample: () => ProcessSample): void {
    this.#watched = sample;
  }

  async snapshot(): Promise<MetricsSnapshot> {
    if (this.#watched !== undefined) this.#process.set(this.#watched());
    return snapshotOf(this.#registry);
  }

  async expose(snapshots: readonly MetricsSnapshot[], installation: InstallationSample): Promise<string> {
    this.#installation.set(installation);
    return aggregated([...snapshots, await snapshotOf(this.#installationRegistry)]).metrics();
  }
}
