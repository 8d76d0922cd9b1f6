import { Gauge, type Registry } from 'prom-client';
import type { ProcessSample } from '../metrics.ts';
import { TENANTS } from './tenants-gauge.ts';

/** The gauges of one process. Over several processes handles and tenants are added up, and the worst lag counts. */
export class ProcessGauges {
  readonly #tenants: Gauge<'state'>;
  readonly #openHandles: Gauge;
  readonly #eventLoopLag: Gauge<'statistic'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#tenants = new Gauge({ ...TENANTS, registers });
    this.#openHandles = new Gauge({
      name: 'warmfhir_store_open_handles',
      help: 'Open database handles.',
      registers,
    });
    this.#eventLoopLag = new Gauge({
      name: 'warmfhir_event_loop_lag_seconds',
      help: 'How late the event loop runs: mean, p99 and maximum of the last seconds.',
      labelNames: ['statistic'],
      aggregator: 'max',
      registers,
    });
  }

  set(sample: ProcessSample): void {
    for (const [state, count] of Object.entries(sample.tenants)) this.#tenants.set({ state }, count);
    this.#openHandles.set(sample.openHandles);
    for (const [statistic, seconds] of Object.entries(sample.eventLoopLag)) {
      this.#eventLoopLag.set({ statistic }, seconds);
    }
  }
}
