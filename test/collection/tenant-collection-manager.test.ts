import { describe, expect, it } from 'vitest';
import { TenantCollectionManager } from '../../src/collection/tenant-collection-manager.ts';
import { type ErrorCode, WarmfhirError } from '../../src/errors.ts';
import { type Log, silentLog } from '../../src/log.ts';
import type { IngestionStatus } from '../../src/store/generation.ts';
import type { Store } from '../../src/store/store.ts';
import { ManualClock } from '../manual-clock.ts';

type Answer = Partial<IngestionStatus> | undefined | ErrorCode;

/** A store whose ingestion status answers change from question to question; the last one stays. */
function setUp(answers: readonly Answer[], prepare: () => Promise<void> = async () => {}) {
  const clock = new ManualClock();
  const asked: number[] = [];
  const waits: string[] = [];
  const log: Log = {
    ...silentLog,
    info: (fields) => {
      if ('reason' in fields) waits.push(String(fields.reason));
    },
  };
  const generations = {
    ingestionStatus: async () => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(clock.now() - Date.parse('2026-01-01T00:00:00.000Z'));
      if (typeof answer === 'string') throw new WarmfhirError(answer);
      return answer;
    },
  };
  const store = { generations, prepare } as unknown as Store;
  return { clock, asked, waits, manager: new TenantCollectionManager({ store, clock, log }) };
}

describe('waiting for the FHIR ingestion', () => {
  it('asks every 5 seconds until the master is ready, and says why it waits once per reason', async () => {
    const { manager, clock, asked, waits } = setUp([
      undefined,
      'store-unavailable',
      { ready: false, message: 'Ingestion is running.' },
      { ready: false, message: 'Ingestion is running.' },
      { ready: true },
    ]);
    expect(manager.ready).toBe(false);
    expect(manager.notReadyReason).not.toBe('');
    const waiting = manager.waitForFhirIngestion(new AbortController().signal);
    await clock.advance(4_999);
    expect(asked).toEqual([0]);
    expect(manager.notReadyReason).toMatch(/warmfhir ingest/);
    await clock.advance(10_001);
    expect(manager.notReadyReason).toBe('Ingestion is running.');
    await clock.advance(60_000);
    await waiting;
    expect(asked).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
    expect(waits).toEqual([
      expect.stringMatching(/Nothing has been ingested/),
      expect.any(String),
      'Ingestion is running.',
    ]);
    expect(manager.ready).toBe(true);
    expect(manager.notReadyReason).toBe('');
  });

  it('looks at once when somebody wants to use the master', async () => {
    const { manager, clock, asked } = setUp([
      undefined,
      { ready: false, message: 'Ingesting.' },
      { ready: true },
    ]);
    const waiting = manager.waitForFhirIngestion(new AbortController().signal);
    await clock.advance(1_000);
    await Promise.all([manager.look(), manager.look()]);
    expect([asked, manager.ready, manager.notReadyReason]).toEqual([[0, 1_000], false, 'Ingesting.']);
    await manager.look();
    expect(manager.ready).toBe(true);
    await manager.look();
    await clock.advance(60_000);
    await waiting;
    expect(asked).toEqual([0, 1_000, 1_000]);
    expect(clock.pending).toBe(0);
  });

  it('does not keep anybody for longer than a second', async () => {
    const { manager, clock } = setUp([{ ready: true }], () => new Promise(() => {}));
    const looked = manager.look();
    await clock.advance(1_000);
    await looked;
    expect(manager.ready).toBe(false);
  });

  it('ends, still unready, when it is told to', async () => {
    const { manager, clock } = setUp([undefined]);
    const abort = new AbortController();
    const waiting = manager.waitForFhirIngestion(abort.signal);
    await clock.advance(7_000);
    abort.abort();
    await waiting;
    expect(manager.ready).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('is not ready before the master could be opened, and does not serve a damaged one', async () => {
    const damaged = setUp([{ ready: true }], async () => {
      throw new WarmfhirError('store-damaged', 'default.g1.db is damaged.');
    });
    await expect(damaged.manager.waitForFhirIngestion(new AbortController().signal)).rejects.toMatchObject({
      code: 'store-damaged',
    });
    expect(damaged.manager.ready).toBe(false);
    expect(damaged.manager.notReadyReason).toBe('default.g1.db is damaged.');
  });
});
