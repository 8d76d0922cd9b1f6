import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ingestion } from '../../src/collection/ingestion.ts';
import { TenantCollectionManager } from '../../src/collection/tenant-collection-manager.ts';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { silentLog } from '../../src/log.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';
import { ReviewService } from '../../src/review/review.ts';
import type { Store } from '../../src/store/store.ts';
import { type Lease, TenantManager } from '../../src/tenant/tenant-manager.ts';
import type { Installation } from '../conformance/engine.ts';
import { postgres } from '../conformance/postgres-engine.ts';
import { sqlite } from '../conformance/sqlite-engine.ts';
import { ManualClock } from '../manual-clock.ts';

const IDLE = 30 * 60_000;

let installation: Installation;
let clock: ManualClock;
let running: Process[];

/** What one server process has: a store of its own on the same installation. */
class Process {
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly reviews = new ReviewService({ clock, metrics: noMetrics });
  readonly tenants: TenantManager;

  private constructor(store: Store) {
    this.store = store;
    this.collections = new TenantCollectionManager({ store, clock, log: silentLog });
    const { collections } = this;
    this.tenants = new TenantManager({
      store,
      collections,
      clock,
      log: silentLog,
      metrics: noMetrics,
      idleTimeoutMs: IDLE,
      maxWarm: 100,
      autoWarm: false,
    });
    running.push(this);
  }

  static async start(): Promise<Process> {
    return new Process(await installation.open());
  }

  /** Runs a request, as a server would. */
  async request<Result>(
    id: string,
    run: (collection: Lease['collection']) => Result,
  ): Promise<Awaited<Result>> {
    const lease = await this.tenants.acquire(id);
    try {
      return await run(lease.collection);
    } finally {
      lease.release();
    }
  }

  async stop(): Promise<void> {
    running = running.filter((other) => other !== this);
    await this.tenants.close();
    await this.store.close();
  }
}

async function ingest(store: Store): Promise<void> {
  const ingestion = new Ingestion({ generations: store.generations, clock });
  expect(await ingestion.checkAndSetIngestionStatus()).toMatchObject({ proceed: true });
  const build = await store.generations.build('test', clock.now());
  const documents = ['1', '2', '3'].map((id, position) => ({
    content: parseResource(JSON.stringify({ resourceType: 'Patient', id, active: true })).content,
    sourceUpdated: null,
    position,
    pending: false,
    origin: null,
  }));
  await build.write({ stream: 0, documents, conditionalCreates: [], rejects: [], checkpoint: 'end' });
  await ingestion.setIngestionComplete(build, 'Ingested 3 resources.');
  expect(await ingestion.checkAndSetIngestionStatus()).toMatchObject({ proceed: false });
}

describe.each([sqlite, postgres])('tenants on $name', (engine) => {
  beforeEach(async () => {
    installation = await engine.install();
    clock = new ManualClock();
    running = [];
    const store = await installation.open();
    await ingest(store);
    await store.close();
  });

  afterEach(async () => {
    for (const process of running) await process.stop();
    await installation.dispose();
  });

  const cold = expect.objectContaining({ code: 'tenant-cold' });
  /** A change of another process is noticed in a moment. */
  const refused = (process: Process) =>
    expect.poll(() => process.request('acme', () => 0).catch((error: unknown) => error)).toEqual(cold);

  it('serves a tenant its copy once the master is ready', async () => {
    const process = await Process.start();
    await process.collections.waitForFhirIngestion(new AbortController().signal);
    expect(process.collections.ready).toBe(true);
    await process.tenants.warmUp('acme');
    expect(await process.request('acme', (collection) => collection.get('Patient', '1'))).toMatchObject({
      version: 1,
    });
    expect(await process.tenants.status('acme')).toMatchObject({
      status: 'warm',
      documentsChanged: 0,
      bytes: 0,
    });
  });

  it('stays warm over a restart, and what was reviewed stays reviewed', async () => {
    const before = await Process.start();
    await before.tenants.warmUp('acme');
    await before.request('acme', (collection) => before.reviews.review(collection, 'Patient', '2', true));
    clock.skip(10 * 60_000);
    await before.request('acme', (collection) => collection.get('Patient', '2'));
    await before.stop();
    clock.skip(IDLE - 1);
    const after = await Process.start();
    const patient = await after.request('acme', (collection) => collection.get('Patient', '2'));
    expect(patient).toMatchObject({ reviewed: true, version: 2 });
    const summary = await after.request('acme', (collection) => after.reviews.summary(collection));
    expect(summary.total).toEqual({ reviewed: 1, unreviewed: 2 });
    expect(await after.tenants.list()).toEqual([
      expect.objectContaining({
        tenant: 'acme',
        status: 'warm',
        documentsChanged: 1,
        bytes: expect.any(Number),
      }),
    ]);
  });

  it('shares warmth, cooling and activity between two processes', async () => {
    const [a, b] = [await Process.start(), await Process.start()];
    await a.tenants.warmUp('acme');
    await b.request('acme', (collection) => collection.get('Patient', '1'));
    clock.skip(IDLE - 1_000);
    await a.request('acme', (collection) => collection.get('Patient', '1'));
    // A request after a long pause is recorded at once, though nobody waits for it.
    await expect.poll(async () => (await b.store.tenants.get('acme'))?.lastRequest).toBe(clock.now());
    clock.skip(2_000);
    await b.request('acme', (collection) => collection.get('Patient', '1'));
    await a.tenants.coolDown('acme');
    await refused(b);
    await b.tenants.warmUp('acme');
    await a.request('acme', (collection) => collection.get('Patient', '1'));
  });

  it('sees at once what the other process wrote, from the very first change', async () => {
    const [a, b] = [await Process.start(), await Process.start()];
    await a.tenants.warmUp('acme');
    await b.request('acme', (collection) => collection.get('Patient', '1'));
    for (let round = 1; round <= 20; round += 1) {
      const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a];
      await writer.request('acme', (collection) => writer.reviews.review(collection, 'Patient', '1', true));
      const read = await reader.request('acme', (collection) => collection.get('Patient', '1'));
      expect(read.version).toBe(round + 1);
    }
  });

  it('closes all handles of a cooled tenant and loses nothing', async () => {
    const process = await Process.start();
    for (const id of ['acme', 'beta']) {
      await process.tenants.warmUp(id);
      await process.request(id, (collection) => process.reviews.review(collection, 'Patient', '1', true));
    }
    const lease = await process.tenants.acquire('acme');
    const cooling = process.tenants.coolDown('acme');
    await expect(process.request('acme', () => 0)).rejects.toEqual(cold);
    expect(await lease.collection.get('Patient', '1')).toMatchObject({ reviewed: true });
    lease.release();
    expect(await cooling).toMatchObject({ status: 'cold', documentsChanged: 1 });
    await process.tenants.warmUp('acme');
    const read = await process.request('acme', (collection) => collection.get('Patient', '1'));
    expect(read).toMatchObject({ reviewed: true });
  });

  it('drops a tenant that another process deleted, and makes it anew without its past', async () => {
    const [server, command] = [await Process.start(), await Process.start()];
    await server.tenants.warmUp('acme');
    await server.request('acme', (collection) => server.reviews.review(collection, 'Patient', '1', true));
    expect(await command.store.tenants.remove('acme')).toBe(true);
    await refused(server);
    expect(await server.tenants.warmUp('acme')).toMatchObject({ created: true });
    const read = await server.request('acme', (collection) => collection.get('Patient', '1'));
    expect(read).toMatchObject({ version: 1, reviewed: false });
    expect(await installation.findOnDisk(['urn:warmfhir:review'])).toEqual([]);
  });

  it('gives a new tenant one registry row for 1,000 concurrent warm-ups', async () => {
    const process = await Process.start();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => process.tenants.warmUp('acme')));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(await process.tenants.list()).toHaveLength(1);
  });
});
