import { AggregatorRegistry, type Registry } from 'prom-client';
import type { MetricsSnapshot } from '../metrics.ts';

/** A metric as a snapshot holds it: data alone, which `AggregatorRegistry` adds up. */
export interface SnapshotMetric {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram`. */
  readonly type: string;
  /** How the values of several processes become one: `sum`, `max`, … */
  readonly aggregator: string;
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

/** One snapshot of several, by each metric's own rule. */
export function sumOf(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return snapshotOf(aggregated(snapshots));
}

/** A registry that holds the sum of the snapshots. */
export function aggregated(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots]);
}
