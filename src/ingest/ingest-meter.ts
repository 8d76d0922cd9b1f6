import type { Clock } from '../clock.ts';
import type { Ingestion } from '../collection/ingestion.ts';
import type { OpenSource } from '../source/source.ts';
import type { IngestProgress, ProgressState } from './progress.ts';
import { grouped } from './report.ts';

/** How often the ingestion status document says how far it is. */
const STATUS_EVERY_MS = 5_000;

export interface IngestMeter {
  readonly resources: number;
  /** Since it was started. */
  readonly seconds: number;
  readonly written: (resources: number, rejects: number) => void;
  enter(phase: ProgressState['phase']): void;
  stop(): void;
}

/** Counts what an ingest takes in, and tells the progress display and the ingestion status about it. */
export function startMeter(options: {
  readonly clock: Clock;
  readonly progress: IngestProgress;
  readonly ingestion: Ingestion;
  readonly sources: readonly OpenSource[];
}): IngestMeter {
  const { clock, progress, ingestion, sources } = options;
  const startedAt = clock.now();
  let phase: ProgressState['phase'] = 'reading';
  let resources = 0;
  let rejects = 0;
  /** What is behind us when the first figure comes: an earlier run may have read it. */
  let before: { readonly fraction: number; readonly seconds: number } | undefined;

  const fraction = (): number | undefined => {
    let sum = 0;
    for (const source of sources) {
      const part = source.progress();
      if (part === undefined) return undefined;
      sum += part;
    }
    return sources.length === 0 ? undefined : sum / sources.length;
  };
  const seconds = () => (clock.now() - startedAt) / 1000;
  const state = (): ProgressState => {
    const done = fraction();
    if (done !== undefined) before ??= { fraction: done, seconds: seconds() };
    const gained = done === undefined || before === undefined ? 0 : done - before.fraction;
    const secondsLeft =
      gained > 0 ? Math.ceil(((seconds() - before!.seconds) * (1 - done!)) / gained) : undefined;
    const resourcesPerSecond = seconds() > 0 ? Math.round(resources / seconds()) : 0;
    return { phase, resources, rejects, resourcesPerSecond, fraction: done, secondsLeft };
  };
  const show = () => progress.show(state());
  const stops = [
    clock.every(progress.everyMs, show),
    clock.every(STATUS_EVERY_MS, () => {
      const message = `Ingestion is running: ${grouped(resources)} resources so far.`;
      // The next attempt comes soon, and a store that fails will be noticed by the writes.
      ingestion.setIngestionMessage(message).catch(() => {});
    }),
  ];
  return {
    get resources() {
      return resources;
    },
    get seconds() {
      return seconds();
    },
    written: (more, rejected) => {
      resources += more;
      rejects += rejected;
    },
    enter: (next) => {
      phase = next;
      show();
    },
    stop: () => {
      for (const each of stops) each();
      progress.end();
    },
  };
}
