import { Gauge, type Registry } from 'prom-client';
import type { MetricsSample } from '../metrics.ts';

/** The gauges that a sample sets when metrics are asked for. */
export class SampleGauges {
  readonly #tenants: Gauge<'state'>;
  readonly #ready: Gauge;
  readonly #generation: Gauge;
  readonly #documents: Gauge<'type'>;
  readonly #storeBytes: Gauge<'part'>;
  readonly #openHandles: Gauge;
  readonly #eventLoopLag: Gauge<'statistic'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#tenants = new Gauge({
      name: 'warmfhir_tenants',
      help: 'Tenants by state, as this process sees them.',
      labelNames: ['state'],
      registers,
    });
    this.#ready = new Gauge({
      name: 'warmfhir_ingest_ready',
      help: '1 once the master collection is ready and tenants are served.',
      registers,
    });
    this.#generation = new Gauge({
      name: 'warmfhir_ingest_generation',
      help: 'Number of the newest sealed generation; 0 before the first ingest.',
      registers,
    });
    this.#documents = new Gauge({
      name: 'warmfhir_ingest_documents',
      help: 'Ingested documents of the newest sealed generation, by resource type.',
      labelNames: ['type'],
      registers,
    });
    this.#storeBytes = new Gauge({
      name: 'warmfhir_store_bytes',
      help: 'Bytes on disk by part of the store.',
      labelNames: ['part'],
      registers,
    });
    this.#openHandles = new Gauge({
      name: 'warmfhir_store_open_handles',
      help: 'Open database handles.',
      registers,
    });
    this.#eventLoopLag = new Gauge({
      name: 'warmfhir_event_loop_lag_seconds',
      help: 'How late the event loop runs: mean, p99 and maximum of the last seconds.',
      labelNames: ['statistic'],
      registers,
    });
  }

  set(sample: MetricsSample): void {
    for (const [state, count] of Object.entries(sample.tenants)) this.#tenants.set({ state }, count);
    this.#ready.set(sample.ready ? 1 : 0);
    this.#generation.set(sample.generation?.number ?? 0);
    this.#documents.reset();
    for (const [type, count] of sample.generation?.documents ?? []) this.#documents.set({ type }, count);
    for (const [part, bytes] of Object.entries(sample.storeBytes)) this.#storeBytes.set({ part }, bytes);
    this.#openHandles.set(sample.openHandles);
    for (const [statistic, seconds] of Object.entries(sample.eventLoopLag)) {
      this.#eventLoopLag.set({ statistic }, seconds);
    }
  }
}
