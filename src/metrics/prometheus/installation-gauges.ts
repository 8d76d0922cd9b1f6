import { Gauge, type Registry } from 'prom-client';
import type { InstallationSample } from '../metrics.ts';
import { TENANTS } from './tenants-gauge.ts';

/** The gauges that are the same whichever process is asked. */
export class InstallationGauges {
  readonly #tenants: Gauge<'state'>;
  readonly #ready: Gauge;
  readonly #generation: Gauge;
  readonly #documents: Gauge<'type'>;
  readonly #storeBytes: Gauge<'part'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#tenants = new Gauge({ ...TENANTS, registers });
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
  }

  set(sample: InstallationSample): void {
    for (const [state, count] of Object.entries(sample.tenants)) this.#tenants.set({ state }, count);
    this.#ready.set(sample.ready ? 1 : 0);
    this.#generation.set(sample.generation?.number ?? 0);
    this.#documents.reset();
    for (const [type, count] of sample.generation?.documents ?? []) this.#documents.set({ type }, count);
    for (const [part, bytes] of Object.entries(sample.storeBytes)) this.#storeBytes.set({ part }, bytes);
  }
}
