import type { MetricObject, MetricObjectWithValues, MetricValueWithName } from 'prom-client';
import type { RequestMeter } from '../metrics.ts';

/** Upper bounds of the buckets, seconds: a read takes tens of microseconds, a large write seconds. */
const BOUNDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

interface Series {
  readonly status: number;
  /** Requests by bucket, not cumulative; the last bucket has no bound. */
  readonly buckets: Float64Array;
  seconds: number;
}

/** Counts the requests of one route and method: an array look-up and two additions each. */
class RouteMeter implements RequestMeter {
  readonly route: string;
  readonly method: string;
  readonly series = new Map<number, Series>();

  constructor(route: string, method: string) {
    this.route = route;
    this.method = method;
  }

  finished(status: number, seconds: number): void {
    let series = this.series.get(status);
    if (series === undefined) {
      series = { status, buckets: new Float64Array(BOUNDS.length + 1), seconds: 0 };
      this.series.set(status, series);
    }
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket += 1;
    series.buckets[bucket]! += 1;
    series.seconds += seconds;
  }
}

/**
 * The duration histogram of requests by route, method and status, in the form that a prom-client registry exposes.
 * prom-client's own histogram builds and hashes a label string for every observation, which costs a tenth of a read.
 */
export class RequestHistogram {
  readonly name = 'warmfhir_http_request_duration_seconds';
  readonly help = 'Requests by route, method and status, and how long they took.';
  readonly #meters = new Map<string, RouteMeter>();

  meter(route: string, method: string): RequestMeter {
    const key = `${method} ${route}`;
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      meter = new RouteMeter(route, method);
      this.#meters.set(key, meter);
    }
    return meter;
  }

  /** What a registry asks its metrics for. */
  async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const values: MetricValueWithName<string>[] = [];
    for (const { route, method, series } of this.#meters.values()) {
      for (const one of series.values()) {
        addValues(values, this.name, { route, method, status: String(one.status) }, one);
      }
    }
    const description: MetricObject = {
      name: this.name,
      help: this.help,
      // The typings say an enum that prom-client does not export as a value; its registry prints the word.
      type: 'histogram' as unknown as MetricObject['type'],
      aggregator: 'sum',
      collect: () => {},
    };
    return { ...description, values };
  }
}

function addValues(
  values: MetricValueWithName<string>[],
  name: string,
  labels: { readonly route: string; readonly method: string; readonly status: string },
  { buckets, seconds }: Series,
): void {
  let count = 0;
  for (const [index, requests] of buckets.entries()) {
    count += requests;
    const bound = BOUNDS[index];
    values.push({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: bound === undefined ? '+Inf' : String(bound) },
      value: count,
    });
  }
  values.push({ metricName: `${name}_sum`, labels, value: seconds });
  values.push({ metricName: `${name}_count`, labels, value: count });
}
