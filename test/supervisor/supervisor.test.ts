import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import type { ServeSettings } from '../../src/main.ts';
import type { MetricsSnapshot } from '../../src/metrics/metrics.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import type { ToWorker, WorkerEvents, WorkerProcess } from '../../src/supervisor/worker-message.ts';
import { ManualClock } from '../manual-clock.ts';

class FakeWorker implements WorkerProcess {
  readonly pid = 1;
  readonly heard: ToWorker[] = [];
  readonly events: WorkerEvents;

  constructor(events: WorkerEvents) {
    this.events = events;
  }

  send(message: ToWorker): void {
    this.heard.push(message);
  }

  /** Listens and serves. */
  serve(): void {
    this.events.message({ kind: 'listening', url: 'http://127.0.0.1:8080' });
    this.events.message({ kind: 'ready' });
  }

  die(): void {
    this.events.ended('signal SIGKILL', true);
  }

  fail(code: 'store-damaged' | 'store-unavailable'): void {
    this.events.message({ kind: 'failed', code, detail: 'default.g1.db is damaged.' });
    this.events.ended('code 2', false);
  }

  get stopped(): boolean {
    return this.heard.some(({ kind }) => kind === 'stop');
  }
}

class World {
  readonly clock = new ManualClock();
  readonly forked: FakeWorker[] = [];
  readonly addresses: string[] = [];
  readonly retired: MetricsSnapshot[] = [];
  readonly stop = new AbortController();
  readonly pauses: unknown[] = [];
  restarts = 0;
  readonly ended: Promise<unknown>;

  constructor(workers: number) {
    const log: Log = {
      ...silentLog,
      warn: (fields) => this.pauses.push((fields as { pauseMs: number }).pauseMs),
    };
    const supervisor = new Supervisor({
      ...{ workers, clock: this.clock, log, settings: { port: 8080 } as ServeSettings },
      fork: (events) => {
        const worker = new FakeWorker(events);
        this.forked.push(worker);
        return worker;
      },
      counts: {
        restarted: () => {
          this.restarts += 1;
        },
        retire: (last) => void this.retired.push(last),
        snapshot: async (running) => [{ running }],
      },
    });
    this.ended = supervisor
      .run(this.stop.signal, (url) => this.addresses.push(url))
      .then(
        () => 'ended',
        (error: unknown) => error,
      );
  }

  get last(): FakeWorker {
    return this.forked.at(-1)!;
  }
}

describe('a supervisor', () => {
  it('tells its workers what to serve, and the address once when all of them listen', async () => {
    const world = new World(2);
    expect(world.forked.map(({ heard }) => heard)).toEqual(
      Array(2).fill([{ kind: 'start', settings: { port: 8080 } }]),
    );
    world.forked[0]!.serve();
    await world.clock.advance(0);
    expect(world.addresses).toEqual([]);
    world.forked[1]!.serve();
    await world.clock.advance(0);
    world.forked[1]!.die();
    await world.clock.advance(0);
    world.last.serve();
    await world.clock.advance(0);
    expect(world.addresses).toEqual(['http://127.0.0.1:8080']);
  });

  it('replaces a worker at once, and slower when it dies at its start again and again', async () => {
    const world = new World(1);
    world.last.serve();
    const pauses = [0, 250, 500, 1_000, 2_000];
    for (const pause of pauses) {
      const { length } = world.forked;
      world.last.die();
      if (pause > 0) await world.clock.advance(pause - 1);
      expect(world.forked).toHaveLength(length);
      await world.clock.advance(1);
      expect(world.forked).toHaveLength(length + 1);
    }
    expect([world.pauses, world.restarts]).toEqual([pauses, 5]);
    await world.clock.advance(2_000);
    world.last.die();
    await world.clock.advance(0);
    expect(world.pauses.at(-1)).toBe(0);
    expect(world.forked).toHaveLength(7);
  });

  it('ends with a worker’s own error when none has served, and stops the others', async () => {
    const world = new World(2);
    world.forked[1]!.fail('store-damaged');
    await world.clock.advance(0);
    expect(world.forked[0]!.stopped).toBe(true);
    world.forked[0]!.events.ended('code 0', false);
    expect(await world.ended).toMatchObject({ code: 'store-damaged', detail: 'default.g1.db is damaged.' });
    expect(world.forked).toHaveLength(2);
    expect(world.addresses).toEqual([]);
  });

  it('ends when a worker ends by itself before any listens', async () => {
    const world = new World(1);
    world.last.events.ended('code 1', false);
    expect(await world.ended).toMatchObject({ code: 'internal', detail: expect.stringMatching(/code 1/) });
  });

  it('goes on when a worker fails after others have served', async () => {
    const world = new World(2);
    world.forked[0]!.serve();
    world.forked[1]!.fail('store-unavailable');
    await world.clock.advance(0);
    expect(world.forked).toHaveLength(3);
    expect(world.forked[0]!.stopped).toBe(false);
  });

  it('stops all workers and resolves when they have ended, without replacing any', async () => {
    const world = new World(2);
    for (const worker of world.forked) worker.serve();
    world.stop.abort();
    expect(world.forked.every(({ stopped }) => stopped)).toBe(true);
    world.forked[0]!.die();
    world.forked[1]!.events.ended('code 0', false);
    expect(await world.ended).toBe('ended');
    expect([world.forked.length, world.clock.pending]).toEqual([2, 0]);
  });

  it('does not wait for a pause that is under way', async () => {
    const world = new World(1);
    world.last.serve();
    for (let deaths = 0; deaths < 2; deaths += 1) {
      world.last.die();
      await world.clock.advance(0);
    }
    world.stop.abort();
    expect(await world.ended).toBe('ended');
    expect(world.forked).toHaveLength(2);
  });
});

describe('metrics of all workers', () => {
  function gathered(worker: FakeWorker) {
    return worker.heard.find((message) => message.kind === 'gathered')?.snapshots;
  }
  function wanted(worker: FakeWorker): number {
    return worker.heard.findLast((message) => message.kind === 'snapshot-wanted')!.request;
  }

  it('go to the one that asks, with those of the supervisor', async () => {
    const world = new World(3);
    const [a, b, c] = world.forked as [FakeWorker, FakeWorker, FakeWorker];
    a.events.message({ kind: 'gather', request: 7, own: [{ of: 'a' }] });
    for (const [name, worker] of Object.entries({ b, c })) {
      worker.events.message({ kind: 'snapshot', request: wanted(worker), snapshot: [{ of: name }] });
    }
    await world.clock.advance(0);
    expect(gathered(a)).toEqual([[{ of: 'b' }], [{ of: 'c' }], [{ running: 3 }]]);
  });

  it('come without those of a worker that does not answer or dies meanwhile', async () => {
    const world = new World(3);
    const [a, b, c] = world.forked as [FakeWorker, FakeWorker, FakeWorker];
    a.events.message({ kind: 'gather', request: 7, own: [{ of: 'a' }] });
    b.die();
    await world.clock.advance(1_999);
    expect(gathered(a)).toBeUndefined();
    await world.clock.advance(1);
    expect(gathered(a)).toEqual([[{ running: 3 }]]);
    c.events.message({ kind: 'snapshot', request: wanted(c), snapshot: [] });
  });

  it('keep what a worker said before it ended', async () => {
    const world = new World(2);
    const [a, b] = world.forked as [FakeWorker, FakeWorker];
    a.events.message({ kind: 'gather', request: 1, own: [{ of: 'a' }] });
    b.events.message({ kind: 'snapshot', request: wanted(b), snapshot: [{ of: 'b' }] });
    await world.clock.advance(0);
    a.die();
    b.die();
    await world.clock.advance(0);
    expect(world.retired).toEqual([[{ of: 'a' }], [{ of: 'b' }]]);
  });
});
