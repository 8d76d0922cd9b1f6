import type { MetricObject, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../metrics.ts';

/** A metric as a snapshot holds it: data alone, which `AggregatorRegistry` adds up. */
export interface SnapshotMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricObject['type'];
  readonly aggregator: MetricObject['aggregator'] | 'min';
  readonly values: readonly object[];
}

/** What the metrics of a registry say now. */
export async function snapshotOf(registry: Registry): Promise<MetricsSnapshot> {
  const metrics = (await registry.getMetricsAsJSON()) as unknown as readonly SnapshotMetric[];
  return metrics.map(
    ({ name, help, type, aggregator, values }): SnapshotMetric => ({
      name,
      help,
      type,
      // Of several processes the first start is the server's.
      aggregator: name === 'process_start_time_seconds' ? 'min' : aggregator,
      values,
    }),
  );
}
