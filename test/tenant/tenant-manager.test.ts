import { describe, expect, it } from 'vitest';
import { TenantCollectionManager } from '../../src/collection/tenant-collection-manager.ts';
import { silentLog } from '../../src/log.ts';
import type { Store } from '../../src/store/store.ts';
import { type Lease, TenantManager, type TenantManagerOptions } from '../../src/tenant/tenant-manager.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryInstallation } from './memory-installation.ts';

const MINUTE = 60_000;
const IDLE = 30 * MINUTE;

interface Process {
  readonly manager: TenantManager;
  readonly store: Store;
  readonly metrics: { warmed: string[]; rejected: number };
}

class World {
  readonly clock = new ManualClock();
  readonly installation: MemoryInstallation;

  constructor(asynchronous: boolean) {
    this.installation = new MemoryInstallation({ asynchronous });
  }

  start(options: Partial<TenantManagerOptions> = {}): Process {
    const { clock } = this;
    const store = this.installation.openStore();
    const counted = { warmed: [] as string[], rejected: 0 };
    const manager = new TenantManager({
      store,
      collections: new TenantCollectionManager({ store, clock, log: silentLog }),
      clock,
      log: silentLog,
      metrics: {
        warmedUp: (outcome) => counted.warmed.push(outcome),
        coldRejected: () => {
          counted.rejected += 1;
        },
      },
      idleTimeoutMs: IDLE,
      maxWarm: 1_000,
      autoWarm: false,
      ...options,
    });
    return { manager, store, metrics: counted };
  }
}

/** `acquire` throws or rejects: here both reject. */
async function acquire({ manager }: Process, id: string): Promise<Lease> {
  return manager.acquire(id);
}

async function request(process: Process, id: string): Promise<void> {
  (await acquire(process, id)).release();
}

async function refused(process: Process, id: string): Promise<void> {
  await expect(acquire(process, id)).rejects.toMatchObject({ code: 'tenant-cold' });
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe.each([
  ['that answers at once', false],
  ['that answers with promises', true],
])('tenants over a registry %s', (_, asynchronous) => {
  it('makes a tenant at its first warm-up and finds it at the next', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    const first = await process.manager.warmUp('acme');
    expect(first).toEqual({
      tenant: 'acme',
      status: 'warm',
      collection: 'tenant_acme',
      generation: 1,
      created: true,
      warmedAt: '2026-01-01T00:00:00.000Z',
      coldAt: '2026-01-01T00:30:00.000Z',
      warmUpMs: expect.any(Number),
    });
    await world.clock.advance(10 * MINUTE);
    expect(await process.manager.warmUp('acme')).toMatchObject({
      created: false,
      warmedAt: '2026-01-01T00:00:00.000Z',
      coldAt: '2026-01-01T00:40:00.000Z',
    });
    expect(world.installation.called('warm')).toBe(1);
    expect(process.metrics.warmed).toEqual(['created']);
  });

  it('refuses a tenant that nobody warmed, saying what to call', async () => {
    const process = new World(asynchronous).start();
    await expect(acquire(process, 'acme')).rejects.toMatchObject({
      code: 'tenant-cold',
      detail: expect.stringMatching(/acme.*call POST \/warm-up-tenant/),
    });
    expect(process.metrics.rejected).toBe(1);
    expect(await process.manager.counts()).toEqual({ cold: 0, warm: 0 });
    expect(process.manager.transitions()).toEqual({ warming: 0, cooling: 0, failed: 0 });
  });

  it('refuses an illegal id before anything is asked', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    for (const call of [
      () => acquire(process, '../x'),
      () => process.manager.warmUp('../x'),
      () => process.manager.coolDown('../x'),
      () => process.manager.status('../x'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'tenant-id-invalid' });
    }
    expect(world.installation.calls).toEqual([]);
  });

  it('is warm for 29:59 without a request and cold at 30:00, timer or not', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    world.clock.skip(IDLE - 1_000);
    await request(process, 'acme');
    world.clock.skip(IDLE - 1);
    await request(process, 'acme');
    world.clock.skip(IDLE);
    await refused(process, 'acme');
    expect(await process.manager.status('acme')).toMatchObject({ status: 'cold' });
  });

  it('frees what has gone cold by its timer alone', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    process.manager.start();
    await process.manager.warmUp('acme');
    await world.clock.advance(IDLE - 1_000);
    expect(world.installation.called('release')).toBe(0);
    expect(await process.manager.counts()).toMatchObject({ warm: 1, cold: 0 });
    await world.clock.advance(5_000);
    await turns();
    expect(world.installation.called('release')).toBe(1);
    expect(await process.manager.counts()).toMatchObject({ warm: 0, cold: 1 });
    await process.manager.close();
    expect(world.clock.pending).toBe(0);
  });

  it('answers a warm tenant without a promise and without asking the registry', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    await request(process, 'acme');
    const asked = world.installation.calls.length;
    for (let count = 0; count < 100; count += 1) {
      const lease = process.manager.acquire('acme');
      expect(lease).not.toBeInstanceOf(Promise);
      (lease as Lease).release();
    }
    expect(world.installation.calls.length).toBe(asked);
  });

  it('warms once for 1,000 concurrent calls, and one of them made it', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => process.manager.warmUp('acme')));
    expect(world.installation.called('warm')).toBe(1);
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(await process.manager.counts()).toMatchObject({ warm: 1 });
  });

  it('tells every waiter why a warm-up failed, and tries again at the next', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    world.installation.failing.add('acme');
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => process.manager.warmUp('acme')),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'store-full' } });
    }
    expect(world.installation.called('warm')).toBe(1);
    expect(process.manager.transitions()).toMatchObject({ failed: 1 });
    expect(await process.manager.status('acme')).toMatchObject({ status: 'failed', collection: null });
    await refused(process, 'acme');
    expect(await process.manager.warmUp('acme')).toMatchObject({ created: true });
    await request(process, 'acme');
    expect(process.metrics.warmed).toEqual(['failed', 'created']);
  });

  it('forgets a failure after the idle time', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    process.manager.start();
    world.installation.failing.add('acme');
    await expect(process.manager.warmUp('acme')).rejects.toMatchObject({ code: 'store-full' });
    await world.clock.advance(IDLE + 3_000);
    expect(process.manager.transitions()).toMatchObject({ failed: 0 });
    await process.manager.close();
  });

  it('lets a request that comes during the warm-up wait for it', async () => {
    const process = new World(asynchronous).start();
    const warming = process.manager.warmUp('acme');
    await new Promise((resolve) => setImmediate(resolve));
    await request(process, 'acme');
    await warming;
  });

  it('warms at the first request where it is told to', async () => {
    const world = new World(asynchronous);
    const process = world.start({ autoWarm: true });
    await Promise.all(Array.from({ length: 20 }, () => request(process, 'acme')));
    expect(world.installation.called('warm')).toBe(1);
    world.clock.skip(IDLE);
    await request(process, 'acme');
    expect(world.installation.called('warm')).toBe(2);
    await process.manager.coolDown('acme');
    await request(process, 'acme');
    expect(process.metrics).toEqual({ warmed: ['created', 'warmed', 'warmed'], rejected: 0 });
  });

  it('cools after the requests in flight, refuses others meanwhile, and warms again afterwards', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    const lease = await acquire(process, 'acme');
    const other = await acquire(process, 'acme');
    const seen: string[] = [];
    const cooling = process.manager.coolDown('acme').then((status) => seen.push(status.status));
    const warming = process.manager.warmUp('acme').then((warmUp) => seen.push(warmUp.status));
    await turns();
    expect(process.manager.transitions()).toMatchObject({ cooling: 1 });
    lease.release();
    await turns();
    expect(seen).toEqual([]);
    expect(world.installation.called('release')).toBe(0);
    other.release();
    await Promise.all([cooling, warming]);
    expect(seen).toHaveLength(2);
    await request(process, 'acme');
  });

  it('refuses requests while it cools', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    const lease = await acquire(process, 'acme');
    const cooling = process.manager.coolDown('acme');
    await refused(process, 'acme');
    await turns();
    await refused(process, 'acme');
    expect(await process.manager.status('acme')).toMatchObject({ status: 'cooling', warmedAt: null });
    lease.release();
    expect(await cooling).toMatchObject({ status: 'cold', warmedAt: null, coldAt: null });
    await refused(process, 'acme');
  });

  it('cools durably, twice if asked twice, and only what exists', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    await Promise.all([process.manager.coolDown('acme'), process.manager.coolDown('acme')]);
    expect(await process.manager.coolDown('acme')).toMatchObject({ status: 'cold' });
    await refused(world.start(), 'acme');
    await expect(process.manager.coolDown('nobody')).rejects.toMatchObject({ code: 'tenant-unknown' });
    expect(await process.manager.counts()).toMatchObject({ cold: 1 });
    expect(process.manager.transitions()).toMatchObject({ cooling: 0 });
  });

  it('stays warm over a restart within the idle time', async () => {
    const world = new World(asynchronous);
    const before = world.start();
    await before.manager.warmUp('acme');
    world.clock.skip(10 * MINUTE);
    await request(before, 'acme');
    await before.manager.close();
    world.clock.skip(IDLE - 1);
    const after = world.start();
    await request(after, 'acme');
    expect(world.installation.called('warm')).toBe(1);
    await after.manager.close();
    world.clock.skip(IDLE);
    await refused(world.start(), 'acme');
  });

  it('loses at most some seconds of activity when the process is killed', async () => {
    const world = new World(asynchronous);
    const killed = world.start();
    killed.manager.start();
    await killed.manager.warmUp('acme');
    for (let minute = 0; minute < 20; minute += 1) {
      await world.clock.advance(MINUTE);
      await request(killed, 'acme');
    }
    await world.clock.advance(3_000);
    world.clock.skip(IDLE - 3_001);
    await request(world.start(), 'acme');
  });

  it('shares warmth, cooling and activity with other processes', async () => {
    const world = new World(asynchronous);
    const [a, b] = [world.start(), world.start()];
    await a.manager.warmUp('acme');
    await request(b, 'acme');
    // Activity on one keeps it warm on the other, also when the last batch is not due yet.
    world.clock.skip(IDLE - 1_000);
    await request(a, 'acme');
    await turns();
    world.clock.skip(2_000);
    await request(b, 'acme');
    await a.manager.coolDown('acme');
    await refused(b, 'acme');
    await b.manager.warmUp('acme');
    await request(a, 'acme');
    expect(world.installation.called('warm')).toBe(2);
  });

  it('drops a tenant that another process deleted, and serves one of the same name anew', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    const lease = await acquire(process, 'acme');
    await world.installation.openStore().tenants.remove('acme');
    await refused(process, 'acme');
    lease.release();
    await turns();
    expect(world.installation.calls).toContain('release acme#1');
    expect(await process.manager.warmUp('acme')).toMatchObject({ created: true });
    const second = await acquire(process, 'acme');
    await world.installation.openStore().tenants.remove('acme');
    await world.installation.openStore().tenants.warm('acme', world.clock.now());
    const third = await acquire(process, 'acme');
    expect(third.collection).not.toBe(second.collection);
    expect(world.installation.calls).not.toContain('release acme#2');
    second.release();
    third.release();
    await turns();
    expect(world.installation.calls).toContain('release acme#2');
    expect(await process.manager.counts()).toMatchObject({ warm: 1 });
    expect(process.manager.transitions()).toMatchObject({ cooling: 0 });
  });

  it('closes what another process cooled or deleted, also when no request comes', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    process.manager.start();
    for (const id of ['a', 'b', 'c']) await process.manager.warmUp(id);
    const other = world.installation.openStore().tenants;
    await other.remove('a');
    await other.cool('b');
    expect(await process.manager.counts()).toEqual({ warm: 1, cold: 1 });
    await world.clock.advance(3_000);
    await turns();
    expect(world.installation.calls.filter((call) => call.startsWith('release')).sort()).toEqual([
      'release a#1',
      'release b#2',
    ]);
    await process.manager.close();
  });

  it('takes a new collection when the tenant got its overlay', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('acme');
    const before = await acquire(process, 'acme');
    const { collection } = before;
    before.release();
    const record = world.installation.records.get('acme')!;
    world.installation.records.set('acme', { ...record, overlay: true });
    world.installation.revision += 1;
    const after = await acquire(process, 'acme');
    expect(after.collection).not.toBe(collection);
    after.release();
  });

  it('keeps the limit of warm tenants by cooling the longest idle', async () => {
    const world = new World(asynchronous);
    const process = world.start({ maxWarm: 2 });
    for (const id of ['a', 'b']) {
      await process.manager.warmUp(id);
      world.clock.skip(1_000);
    }
    await request(process, 'a');
    world.clock.skip(1_000);
    await process.manager.warmUp('c');
    await turns();
    await refused(process, 'b');
    await request(process, 'a');
    await request(process, 'c');
    expect(await process.manager.counts()).toMatchObject({ warm: 2, cold: 1 });
    // What another process used more recently is not the longest idle.
    const other = world.start();
    world.clock.skip(20 * MINUTE);
    await request(other, 'a');
    await turns();
    await process.manager.warmUp('d');
    await turns();
    await refused(process, 'c');
    await request(process, 'a');
  });

  it('keeps that limit over all processes', async () => {
    const world = new World(asynchronous);
    const [a, b] = [world.start({ maxWarm: 2 }), world.start({ maxWarm: 2 })];
    for (const [process, id] of [[a, 'x'] as const, [b, 'y'] as const, [a, 'z'] as const]) {
      await process.manager.warmUp(id);
      world.clock.skip(1_000);
    }
    await turns();
    expect(await b.manager.counts()).toEqual({ warm: 2, cold: 1 });
    await refused(a, 'x');
    await refused(b, 'x');
    await request(b, 'z');
    await request(a, 'y');
  });

  it('keeps no more tenants in memory than it is told, and all of them warm', async () => {
    const world = new World(asynchronous);
    const process = world.start({ mostHeld: 8 });
    const ids = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
    const leases: Lease[] = [];
    for (const id of ids) {
      await process.manager.warmUp(id);
      if (leases.length < 2) leases.push(await acquire(process, id));
      world.clock.skip(1_000);
    }
    await turns();
    const released = new Set(world.installation.calls.filter((call) => call.startsWith('release ')));
    expect(released.size).toBeGreaterThanOrEqual(12);
    // What is in use stays.
    expect(released).not.toContain('release tenant-0#1');
    expect(await process.manager.counts()).toEqual({ warm: 20, cold: 0 });
    expect(world.installation.called('warm')).toBe(20);
    for (const id of ids) await request(process, id);
    expect(world.installation.called('warm')).toBe(20);
    for (const lease of leases) lease.release();
    await process.manager.coolDown('tenant-0');
    await refused(process, 'tenant-0');
  });

  it.each([0, 1, 2, 3, 4])(
    'serves a tenant that is forgotten while its record is on its way, %i turns after another is warmed',
    async (later) => {
      const world = new World(asynchronous);
      const process = world.start({ mostHeld: 1 });
      await process.manager.warmUp('acme');
      world.clock.skip(1_000);
      world.installation.revision += 1;
      const warming = process.manager.warmUp('birch');
      for (let turn = 0; turn < later; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await request(process, 'acme');
      await warming;
      await request(process, 'acme');
    },
  );

  it('lists what the installation knows and what this process knows better', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    await process.manager.warmUp('b');
    await process.manager.warmUp('a');
    const record = world.installation.records.get('a')!;
    world.installation.records.set('a', { ...record, overlay: true });
    world.clock.skip(5_000);
    await request(process, 'b');
    expect(await process.manager.list()).toEqual([
      {
        tenant: 'a',
        status: 'warm',
        collection: 'tenant_a',
        generation: 1,
        created: '2026-01-01T00:00:00.000Z',
        warmedAt: '2026-01-01T00:00:00.000Z',
        lastRequest: expect.any(String),
        coldAt: '2026-01-01T00:30:00.000Z',
        documentsChanged: 3,
        bytes: 4096,
      },
      expect.objectContaining({
        tenant: 'b',
        lastRequest: '2026-01-01T00:00:05.000Z',
        coldAt: '2026-01-01T00:30:05.000Z',
        documentsChanged: 0,
        bytes: 0,
      }),
    ]);
    expect(await process.manager.status('nobody')).toEqual({
      tenant: 'nobody',
      status: 'cold',
      collection: null,
      generation: null,
      created: null,
      warmedAt: null,
      lastRequest: null,
      coldAt: null,
      documentsChanged: null,
      bytes: null,
    });
  });

  it('records many tenants in one batch', async () => {
    const world = new World(asynchronous);
    const process = world.start();
    process.manager.start();
    for (const id of ['a', 'b', 'c']) await process.manager.warmUp(id);
    await world.clock.advance(1_000);
    for (const id of ['a', 'b', 'c']) await request(process, id);
    await world.clock.advance(2_000);
    await turns();
    expect(world.installation.calls.filter((call) => call.startsWith('record'))).toEqual(['record a,b,c']);
    await process.manager.close();
  });

  it('refuses everything once it is closed', async () => {
    const process = new World(asynchronous).start();
    await process.manager.warmUp('acme');
    await process.manager.close();
    await expect(acquire(process, 'acme')).rejects.toMatchObject({ code: 'shutting-down' });
    await expect(process.manager.warmUp('acme')).rejects.toMatchObject({ code: 'shutting-down' });
  });
});
