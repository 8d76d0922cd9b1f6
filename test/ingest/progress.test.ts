import { describe, expect, it } from 'vitest';
import { Ingestion } from '../../src/collection/ingestion.ts';
import { startMeter } from '../../src/ingest/ingest-meter.ts';
import { type ProgressState, progressFor } from '../../src/ingest/progress.ts';
import { silentLog } from '../../src/log.ts';
import type { IngestionStatus } from '../../src/store/generation.ts';
import { ManualClock } from '../manual-clock.ts';

const state: ProgressState = {
  phase: 'reading',
  resources: 31_000,
  rejects: 2,
  resourcesPerSecond: 18_400,
  fraction: 0.455,
  secondsLeft: 75,
};

describe('progressFor', () => {
  it('redraws a bar with counts, rate and time left on a terminal, never wider than it', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 90, write: (text: string) => written.push(text) };
    const progress = progressFor(stream, silentLog);
    progress.show(state);
    progressFor({ ...stream, columns: 20 }, silentLog).show({ ...state, fraction: undefined });
    progress.end();
    expect(written).toEqual([
      '\r\x1b[2K██████████░░░░░░░░░░░░░░  45 %  31,000 resources  2 rejected  18,400/s  2 min left',
      '\r\x1b[2Kreading  31,000 res',
      '\r\x1b[2K',
    ]);
  });

  it('writes a log line elsewhere', () => {
    const lines: object[] = [];
    const log = { ...silentLog, info: (fields: object) => lines.push(fields) };
    progressFor({ write: () => {} }, log).show(state);
    expect(lines).toEqual([
      expect.objectContaining({ resources: 31_000, rejects: 2, resourcesPerSecond: 18_400, percent: 45 }),
    ]);
  });
});

describe('startMeter', () => {
  it('tells the display and the ingestion status how far it is', async () => {
    const clock = new ManualClock();
    let status: IngestionStatus = {
      _id: '_system/ingestion_status',
      ready: false,
      startedAt: null,
      completedAt: null,
      message: '',
    };
    const generations = {
      ingestionStatus: async () => status,
      setIngestionStatus: async (next: IngestionStatus) => {
        status = next;
      },
    };
    const shown: ProgressState[] = [];
    let read = 0.2;
    const meter = startMeter({
      clock,
      ingestion: new Ingestion({ generations: generations as never, clock }),
      progress: { everyMs: 5_000, show: (next) => shown.push(next), end: () => {} },
      sources: [{ signature: '', streams: [], parallel: 1, progress: () => read }],
    });
    await clock.advance(5_000);
    read = 0.6;
    meter.written(2_000, 1);
    await clock.advance(5_000);
    meter.stop();
    expect(shown.at(-1)).toEqual({
      phase: 'reading',
      resources: 2_000,
      rejects: 1,
      resourcesPerSecond: 200,
      fraction: 0.6,
      secondsLeft: 5,
    });
    expect(status.message).toBe('Ingestion is running: 2,000 resources so far.');
    await clock.advance(50_000);
    expect(shown).toHaveLength(2);
  });
});
