import { describe, expect, it } from 'vitest';
import { type MetricsSample, noMetrics } from '../../src/metrics/metrics.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus/prometheus-metrics.ts';

const sample: MetricsSample = {
  tenants: { cold: 3, warm: 2 },
  generation: { number: 4, documents: new Map([['Patient', 200]]) },
  storeBytes: { master: 1000, overlay: 20, system: 3 },
  openHandles: 5,
  ready: true,
  eventLoopLag: { mean: 0.001, p99: 0.002, max: 0.003 },
};

describe('the metrics in Prometheus’ format', () => {
  it('has requests by route, method and status as a cumulative histogram', async () => {
    const metrics = new PrometheusMetrics();
    const read = metrics.request('/fhir/:type/:id', 'GET');
    read.finished(200, 2 ** -13);
    read.finished(200, 0.25);
    read.finished(404, 60);
    const text = await metrics.expose(sample);
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
    expect(await metrics.expose(sample)).toContain('_count{route="/hello",method="GET",status="200"} 2\n');
  });

  it('counts warm-ups, cold rejections, reviews and ingested resources', async () => {
    const metrics = new PrometheusMetrics();
    metrics.warmedUp('created', 0.0007);
    metrics.coldRejected();
    metrics.reviewed(3);
    metrics.ingested('rejected', 2);
    const text = await metrics.expose(sample);
    expect(text).toContain('warmfhir_tenant_warm_up_duration_seconds_count{outcome="created"} 1\n');
    expect(text).toContain('warmfhir_tenant_warm_up_duration_seconds_count{outcome="failed"} 0\n');
    expect(text).toContain('warmfhir_tenant_cold_rejections_total 1\n');
    expect(text).toContain('warmfhir_reviews_total 3\n');
    expect(text).toContain('warmfhir_ingest_resources_total{outcome="rejected"} 2\n');
    expect(text).toContain('warmfhir_ingest_resources_total{outcome="stored"} 0\n');
  });

  it('has tenants by state, ingestion, store sizes and event-loop lag of the sample', async () => {
    const metrics = new PrometheusMetrics();
    await metrics.expose({ ...sample, generation: { number: 3, documents: new Map([['Claim', 1]]) } });
    const text = await metrics.expose(sample);
    expect(text).toContain('warmfhir_tenants{state="warm"} 2\n');
    expect(text).toContain('warmfhir_ingest_ready 1\n');
    expect(text).toContain('warmfhir_ingest_generation 4\n');
    expect(text).toContain('warmfhir_ingest_documents{type="Patient"} 200\n');
    expect(text).not.toContain('Claim');
    expect(text).toContain('warmfhir_store_bytes{part="overlay"} 20\n');
    expect(text).toContain('warmfhir_store_open_handles 5\n');
    expect(text).toContain('warmfhir_event_loop_lag_seconds{statistic="p99"} 0.002\n');
  });

  it('is text that a scraper understands', async () => {
    const metrics = new PrometheusMetrics();
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of (await metrics.expose(sample)).trimEnd().split('\n')) {
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
    expect(await noMetrics.expose(sample)).toBe('');
  });
});
