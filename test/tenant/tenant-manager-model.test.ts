import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TenantCollectionManager } from '../../src/collection/tenant-collection-manager.ts';
import { silentLog } from '../../src/log.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';
import { TenantManager } from '../../src/tenant/tenant-manager.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryInstallation } from './memory-installation.ts';

/** No multiple of the time between two batches, so that it can end in between. */
const IDLE = 61_000;

type Command =
  | { readonly do: 'warm' | 'request' | 'cool'; readonly process: number; readonly tenant: string }
  | { readonly do: 'remove'; readonly tenant: string }
  | { readonly do: 'wait'; readonly ms: number };

/** Any pause, and often those around the limits: of a batch, of what is recorded at once, of the idle time. */
const pause = fc.oneof(
  { weight: 1, arbitrary: fc.nat(IDLE + 5_000) },
  { weight: 4, arbitrary: fc.constantFrom(1, 1_000, 3_000, IDLE / 2, IDLE - 1_000, IDLE - 1, IDLE) },
);
const tenant = fc.constantFrom('a', 'a', 'a', 'b');
const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('warm' as const), process: fc.nat(1), tenant }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('request' as const), process: fc.nat(1), tenant }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cool' as const), process: fc.nat(1), tenant }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), tenant }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: pause }) },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

function startProcess(installation: MemoryInstallation, clock: ManualClock): TenantManager {
  const store = installation.openStore();
  const manager = new TenantManager({
    store,
    collections: new TenantCollectionManager({ store, clock, log: silentLog }),
    clock,
    log: silentLog,
    metrics: noMetrics,
    idleTimeoutMs: IDLE,
    maxWarm: 10,
    autoWarm: false,
  });
  manager.start();
  return manager;
}

/** Lets everything that was begun come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function run(asynchronous: boolean, sequence: readonly Command[]): Promise<void> {
  const clock = new ManualClock();
  const installation = new MemoryInstallation({ asynchronous });
  const processes = [startProcess(installation, clock), startProcess(installation, clock)];
  /** The whole of what a tenant is: when it was last used, while it is warm; null once it was cooled. */
  const model = new Map<string, number | null>();
  const warm = (id: string) => {
    const last = model.get(id) ?? null;
    return last !== null && clock.now() - last < IDLE;
  };

  for (const command of sequence) {
    if (command.do === 'wait') await clock.advance(command.ms);
    else if (command.do === 'remove') {
      await installation.openStore().tenants.remove(command.tenant);
      model.delete(command.tenant);
    } else {
      const { tenant: id } = command;
      const manager = processes[command.process]!;
      if (command.do === 'warm') {
        expect(await manager.warmUp(id)).toMatchObject({ created: !model.has(id) });
        model.set(id, clock.now());
      } else if (command.do === 'cool') {
        const cooled = await manager.coolDown(id).then(
          () => true,
          () => false,
        );
        expect(cooled).toBe(model.has(id));
        if (model.has(id)) model.set(id, null);
      } else {
        const served = await (async () => manager.acquire(id))().then(
          (lease) => {
            lease.release();
            return true;
          },
          () => false,
        );
        expect(served).toBe(warm(id));
        if (served) model.set(id, clock.now());
      }
    }
    await settle();
  }
  for (const id of ['a', 'b']) {
    for (const manager of processes) {
      expect([id, (await manager.status(id)).status]).toEqual([id, warm(id) ? 'warm' : 'cold']);
    }
  }
  for (const manager of processes) await manager.close();
}

it.each([false, true])(
  'two processes agree with a model of one registry (promises: %s)',
  async (asynchronous) => {
    await fc.assert(
      fc.asyncProperty(commands, (sequence) => run(asynchronous, sequence)),
      { seed: 20260101, numRuns: 500 },
    );
  },
);
