import { expect, it } from 'vitest';
import { PrometheusMetrics } from '../../src/metrics/prometheus/prometheus-metrics.ts';
import { SupervisorMetrics } from '../../src/metrics/prometheus/supervisor-metrics.ts';

const installation = { tenants: { warm: 1 }, storeBytes: {}, ready: true };

it('keeps what ended workers counted, and not what they measured', async () => {
  const supervisor = new SupervisorMetrics();
  const worker = new PrometheusMetrics();
  for (const openHandles of [5, 7]) {
    const ended = new PrometheusMetrics();
    ended.reviewed(2);
    ended.request('/hello', 'GET').finished(200, 0.25);
    ended.watch(() => ({ tenants: {}, openHandles, eventLoopLag: { mean: 9, p99: 9, max: 9 } }));
    supervisor.retire(structuredClone(await ended.snapshot()));
    supervisor.restarted();
  }
  const snapshots = [await worker.snapshot(), structuredClone(await supervisor.snapshot(3))];
  const text = await worker.expose(snapshots, installation);
  expect(text).toContain('warmfhir_reviews_total 4\n');
  expect(text).toContain(
    'warmfhir_http_request_duration_seconds_count{route="/hello",method="GET",status="200"} 2\n',
  );
  expect(text).toContain('warmfhir_store_open_handles 0\n');
  expect(text).toContain('warmfhir_workers 3\n');
  expect(text).toContain('warmfhir_worker_restarts_total 2\n');
});
