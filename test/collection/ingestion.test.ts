import { describe, expect, it } from 'vitest';
import { Ingestion } from '../../src/collection/ingestion.ts';
import type { GenerationBuild, GenerationStore, IngestionStatus } from '../../src/store/generation.ts';
import { ManualClock } from '../manual-clock.ts';

function setUp(status?: IngestionStatus) {
  const clock = new ManualClock();
  const written: IngestionStatus[] = [];
  let current = status;
  const generations = {
    ingestionStatus: async () => current,
    setIngestionStatus: async (next: IngestionStatus) => {
      written.push(next);
      current = next;
    },
  } as GenerationStore;
  return { clock, written, ingestion: new Ingestion({ generations, clock }) };
}

const READY: IngestionStatus = {
  _id: '_system/ingestion_status',
  ready: true,
  startedAt: '2025-12-31T00:00:00.000Z',
  completedAt: '2025-12-31T01:00:00.000Z',
  message: 'Ingested 5 resources.',
};

describe('the ingestion status', () => {
  it('is absent before the first ingest and says that one runs', async () => {
    const { ingestion, clock } = setUp();
    expect(await ingestion.status()).toBeUndefined();
    const first = await ingestion.checkAndSetIngestionStatus();
    expect(first).toEqual({
      proceed: true,
      status: {
        _id: '_system/ingestion_status',
        ready: false,
        startedAt: '2026-01-01T00:00:00.000Z',
        completedAt: null,
        message: 'Ingestion is running.',
      },
    });
    clock.skip(60_000);
    // An interrupted ingest goes on: it started when it started.
    expect(await ingestion.checkAndSetIngestionStatus()).toEqual(first);
    expect(await ingestion.status()).toEqual(first.status);
  });

  it('ends a second ingest politely, writing nothing', async () => {
    const { ingestion, written } = setUp(READY);
    expect(await ingestion.checkAndSetIngestionStatus()).toEqual({ proceed: false, status: READY });
    expect(written).toEqual([]);
  });

  it('stays ready while a forced ingest builds', async () => {
    const { ingestion } = setUp(READY);
    const { proceed, status } = await ingestion.checkAndSetIngestionStatus({ force: true });
    expect(proceed).toBe(true);
    expect(status).toEqual({ ...READY, message: expect.stringContaining('new generation') });
  });

  it('is complete when the build is sealed', async () => {
    const { ingestion, clock } = setUp();
    const sealed: unknown[] = [];
    const build = {
      seal: async (...args: unknown[]) => {
        sealed.push(args);
      },
    } as unknown as GenerationBuild;
    await ingestion.setIngestionComplete(build, 'Done.');
    expect(sealed).toEqual([[clock.now(), 'Done.']]);
  });
});
