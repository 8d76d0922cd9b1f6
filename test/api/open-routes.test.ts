import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

describe('before the master collection is ready', () => {
  beforeAll(async () => {
    running = await new RunningServer().listen();
  });
  afterAll(() => running.stop());

  it('says hello', async () => {
    const { status, json } = await running.send('/hello');
    expect(status).toBe(200);
    expect(json).toEqual({ message: 'Hello, World!', status: 'success', version: '1.2.3' });
  });

  it('is not all good, and names the check that fails', async () => {
    const { status, headers, json } = await running.send('/all-good');
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(json.failing).toEqual(['ingestion']);
    expect(json.checks.store).toBe('ok');
    expect(json.message).toMatch(/^ingestion: /);
  });

  it('tells its health and metrics', async () => {
    const health = await running.send('/health');
    expect(health.status).toBe(200);
    expect(health.json).toMatchObject({
      status: 'not-ready',
      version: '1.2.3',
      ingestion: null,
      generation: null,
    });
    const metrics = await running.send('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.text).toContain('warmfhir_ingest_ready 0\n');
  });

  it.each([
    ['GET', '/encounters'],
    ['GET', '/tenants'],
    ['GET', '/tenant-status'],
    ['POST', '/warm-up-tenant'],
    ['POST', '/tenants/acme/warm-up-tenant'],
    ['POST', '/review-request'],
    ['GET', '/nothing-here'],
    ['PATCH', '/encounters'],
  ])('answers %s %s with 503 and says why', async (method, path) => {
    const { status, headers, json } = await running.send(path, { method, tenant: 'acme' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(json.error).toBe('ingestion-not-ready');
    expect(json.message).not.toBe('');
  });

  it.each(['/fhir/Patient/1', '/tenants/acme/fhir/Patient/1', '/fhir/metadata', '/fhir/a/b/c/d/e'])(
    'answers %s with 503 as an OperationOutcome',
    async (path) => {
      const { status, headers, json } = await running.send(path, { tenant: 'acme' });
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('5');
      expect(json.resourceType).toBe('OperationOutcome');
      expect(json.issue[0].code).toBe('transient');
    },
  );

  it('serves as soon as an ingest is done, without a restart', async () => {
    const ready = running.collections.waitForFhirIngestion(new AbortController().signal);
    await running.ingest(hospital);
    await running.clock.advance(5_000);
    await ready;
    expect((await running.send('/warm-up-tenant', { method: 'POST', tenant: 'acme' })).status).toBe(200);
    expect((await running.send('/all-good')).json).toEqual({
      status: 'all-good',
      checks: { ingestion: 'ok', store: 'ok', 'event-loop': 'ok' },
    });
  });
});

describe('with a ready master collection', () => {
  beforeAll(async () => {
    running = await new RunningServer().start(hospital, 'acme');
  });
  afterAll(() => running.stop());

  it('tells its health in detail', async () => {
    await running.clock.advance(61_000);
    const { json } = await running.send('/health');
    expect(json).toMatchObject({
      status: 'ready',
      generation: 1,
      uptimeSeconds: 61,
      resources: { total: 8, byType: { Encounter: 5, Patient: 2, Practitioner: 1 } },
      tenants: { warm: 1 },
      ingestion: { _id: '_system/ingestion_status', ready: true, message: 'Ingested.' },
    });
  });

  it('measures requests by route, method and status, and never names tenants or resources', async () => {
    await running.send('/tenants/acme/fhir/Patient/p1');
    await running.send('/fhir/Patient/secret-id', { tenant: 'acme' });
    await running.send('/encounters', { tenant: 'globex' });
    await running.send('/nothing/secret-id');
    await running.send('/hello', { method: 'HEAD' });
    const { headers, text } = await running.send('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const count = 'warmfhir_http_request_duration_seconds_count';
    expect(text).toContain(`${count}{route="/fhir/:type/:id",method="GET",status="200"} 1\n`);
    expect(text).toContain(`${count}{route="/fhir/:type/:id",method="GET",status="404"} 1\n`);
    expect(text).toContain(`${count}{route="/encounters",method="GET",status="503"} 1\n`);
    expect(text).toContain(`${count}{route="/hello",method="HEAD",status="200"} 1\n`);
    expect(text).toContain(`${count}{route="none",method="GET",status="404"} 1\n`);
    expect(text).toContain('warmfhir_tenant_cold_rejections_total 1\n');
    expect(text).toContain('warmfhir_tenants{state="warm"} 1\n');
    expect(text).toContain('warmfhir_ingest_documents{type="Encounter"} 5\n');
    expect(text).toMatch(/warmfhir_store_bytes\{part="master"\} [1-9]/);
    expect(text).toMatch(/warmfhir_event_loop_lag_seconds\{statistic="p99"\} [0-9.e-]+\n/);
    expect(text).not.toMatch(/acme|globex|secret-id/);
  });

  it('shows a new generation', async () => {
    await running.ingest([patient('p9')]);
    const { json } = await running.send('/health');
    expect(json.generation).toBe(2);
    expect(json.resources.total).toBe(1);
  });

  it('is not all good when the store fails its check', async () => {
    const server = await new RunningServer().listen();
    server.store.check = () => Promise.reject(new Error('secret path'));
    const { status, text, json } = await server.send('/all-good');
    expect(status).toBe(503);
    expect(json.failing).toContain('store');
    expect(text).not.toContain('secret path');
    await server.stop();
  });
});
