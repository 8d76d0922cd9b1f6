import { describe, expect, it } from 'vitest';
import {
  type InstallationSample,
  type Metrics,
  noMetrics,
  type ProcessSample,
} from '../../src/metrics/metrics.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus/prometheus-metrics.ts';

const installation: InstallationSample = {
  tenants: { cold: 3, warm: 2 },
  generation: { number: 4, documents: new Map([['Patient', 200]]) },
  storeBytes: { master: 1000, overlay: 20, system: 3 },
  ready: true,
};
const process: ProcessSample = {
  tenants: { warming: 1 },
  openHandles: 5,
  eventLoopLag: { mean: 0.001, p99: 0.002, max: 0.003 },
};

async function exposed(metrics: Metrics, sample = installation): Promise<string> {
  return metrics.expose([await metrics.snapshot()], sample);
}

describe('the metrics in Prometheus’ format', () => {
  it('has requests by route, method and status as a cumulative histogram', async () => {
    const metrics = new PrometheusMetrics();
    const read = metrics.request('/fhir/:type/:id', 'GET');
    read.finished(200, 2 ** -13);
    read.finished(200, 0.25);
    read.finished(404, 60);
    const text = await exposed(metrics);
    const name = 'warmfhir_http_request_duration_seconds';
    const labels = 'route="/fhir/:type/:id",method="GET",status="200"';
    expect(text).toContain(`# TYPE ${name} histogram`);
    expect(text).toContain(`${name}_bucket{${labels},le="0.0001"} 0\n`);
    expect(text).toContain(`${name}_bucket{${labels},le="0.00025"} 1\n`);
    expect(text).toContain(`${name}_bucket{${labels},le="0.25"} 2\n`);
    expect(text).toContain(`${name}_bucket{${labels},le="+Inf"} 2\n`);
    expect(text).toContain(`${name}_sum{${labels}} ${0.25 + 2 ** -13}\n`);
    expect(text).toContain(`${name}_count{${labels}} 2\n`);
    const failed = 'route="/fhir/:type/:id",method="GET",status="404"';
    expect(text).toContain(`${name}_bucket{${failed},le="10"} 0\n`);
    expect(text).toContain(`${name}_bucket{${failed},le="+Inf"} 1\n`);
  });

  it('gives the same meter for the same route and method', async () => {
    const metrics = new PrometheusMetrics();
    metrics.request('/hello', 'GET').finished(200, 0.1);
    metrics.request('/hello', 'GET').finished(200, 0.1);
    expect(await exposed(metrics)).toContain('_count{route="/hello",method="GET",status="200"} 2\n');
  });

  it('counts warm-ups, cold rejections, reviews and ingested resources', async () => {
    const metrics = new PrometheusMetrics();
    metrics.warmedUp('created', 0.0007);
    metrics.coldRejected();
    metrics.reviewed(3);
    metrics.ingested('rejected', 2);
    const text = await exposed(metrics);
    expect(text).toContain('warmfhir_tenant_warm_up_duration_seconds_count{outcome="created"} 1\n');
    expect(text).toContain('warmfhir_tenant_warm_up_duration_seconds_count{outcome="failed"} 0\n');
    expect(text).toContain('warmfhir_tenant_cold_rejections_total 1\n');
    expect(text).toContain('warmfhir_reviews_total 3\n');
    expect(text).toContain('warmfhir_ingest_resources_total{outcome="rejected"} 2\n');
    expect(text).toContain('warmfhir_ingest_resources_total{outcome="stored"} 0\n');
  });

  it('has tenants by state, ingestion, store sizes and event-loop lag of the samples', async () => {
    const metrics = new PrometheusMetrics();
    metrics.watch(() => process);
    await exposed(metrics, {
      ...installation,
      generation: { number: 3, documents: new Map([['Claim', 1]]) },
    });
    const text = await exposed(metrics);
    expect(text).toContain('warmfhir_tenants{state="warm"} 2\n');
    expect(text).toContain('warmfhir_tenants{state="warming"} 1\n');
    expect(text).toContain('warmfhir_ingest_ready 1\n');
    expect(text).toContain('warmfhir_ingest_generation 4\n');
    expect(text).toContain('warmfhir_ingest_documents{type="Patient"} 200\n');
    expect(text).not.toContain('Claim');
    expect(text).toContain('warmfhir_store_bytes{part="overlay"} 20\n');
    expect(text).toContain('warmfhir_store_open_handles 5\n');
    expect(text).toContain('warmfhir_event_loop_lag_seconds{statistic="p99"} 0.002\n');
  });

  it('adds up what several processes counted, and shows the installation once', async () => {
    const [a, b] = [new PrometheusMetrics(), new PrometheusMetrics()];
    a.request('/hello', 'GET').finished(200, 0.25);
    b.request('/hello', 'GET').finished(200, 0.5);
    b.request('/hello', 'GET').finished(404, 1);
    for (const metrics of [a, b]) metrics.reviewed(2);
    a.watch(() => process);
    b.watch(() => ({ ...process, eventLoopLag: { mean: 0, p99: 0.5, max: 1 } }));
    await exposed(b, { ...installation, tenants: { warm: 100 } });
    const travelled = structuredClone(await b.snapshot());
    const text = await a.expose([await a.snapshot(), travelled], installation);
    const name = 'warmfhir_http_request_duration_seconds';
    const labels = 'route="/hello",method="GET",status="200"';
    expect(text).toContain(`${name}_bucket{${labels},le="0.25"} 1\n`);
    expect(text).toContain(`${name}_bucket{${labels},le="+Inf"} 2\n`);
    expect(text).toContain(`${name}_sum{${labels}} 0.75\n`);
    expect(text).toContain(`${name}_count{route="/hello",method="GET",status="404"} 1\n`);
    expect(text).toContain('warmfhir_reviews_total 4\n');
    expect(text).toContain('warmfhir_tenants{state="warm"} 2\n');
    expect(text).toContain('warmfhir_tenants{state="warming"} 2\n');
    expect(text).toContain('warmfhir_store_open_handles 10\n');
    expect(text).toContain('warmfhir_event_loop_lag_seconds{statistic="p99"} 0.5\n');
    expect(text).toMatch(/^process_start_time_seconds \d+$/m);
    expect(text.match(/^# TYPE /gm)!.length).toBe(new Set(text.match(/^# TYPE \S+/gm)).size);
  });

  it('is text that a scraper understands', async () => {
    const metrics = new PrometheusMetrics();
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of (await exposed(metrics)).trimEnd().split('\n')) {
      expect(line).toMatch(/^$|^# (HELP|TYPE) \S+ .+$|^[a-zA-Z_][a-zA-Z0-9_]*(\{.*\})? ([0-9eE.+-]+|NaN)$/i);
    }
  });
});

describe('no metrics', () => {
  it('take everything and expose nothing', async () => {
    noMetrics.request('/hello', 'GET').finished(200, 1);
    noMetrics.warmedUp('created', 1);
    noMetrics.coldRejected();
    noMetrics.reviewed(1);
    noMetrics.ingested('stored', 1);
    noMetrics.watch(() => process);
    expect(await noMetrics.snapshot()).toEqual([]);
    expect(await noMetrics.expose([], installation)).toBe('');
  });
});
