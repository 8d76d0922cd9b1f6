import type { Log } from '../log.ts';
import { grouped } from './report.ts';

export interface ProgressState {
  readonly phase: 'reading' | 'resolving references' | 'sealing';
  /** Taken in by this run. */
  readonly resources: number;
  readonly rejects: number;
  readonly resourcesPerSecond: number;
  /** 0 to 1, where it is known. */
  readonly fraction: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Where a running ingest shows how far it is. */
export interface IngestProgress {
  /** How often it wants to be told, milliseconds. */
  readonly everyMs: number;
  show(state: ProgressState): void;
  /** Nothing more follows. */
  end(): void;
}

/** The part of a terminal that is written to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A bar on a terminal, a log line every few seconds elsewhere. */
export function progressFor(stream: ProgressStream, log: Log): IngestProgress {
  return stream.isTTY ? new TerminalProgress(stream) : new LogProgress(log);
}

const BAR_WIDTH = 24;

/** Redraws one line of a terminal. */
export class TerminalProgress implements IngestProgress {
  readonly everyMs = 200;
  readonly #stream: ProgressStream;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(state: ProgressState): void {
    const { fraction, secondsLeft, rejects } = state;
    const filled = Math.floor((fraction ?? 0) * BAR_WIDTH);
    const parts = [
      fraction === undefined
        ? state.phase
        : `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(fraction * 100)).padStart(3)} %`,
      `${grouped(state.resources)} resources`,
      ...(rejects > 0 ? [`${grouped(rejects)} rejected`] : []),
      state.phase === 'reading' ? `${grouped(state.resourcesPerSecond)}/s` : state.phase,
      ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
    ];
    this.#stream.write(`\r\x1b[2K${parts.join('  ').slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }

  end(): void {
    this.#stream.write('\r\x1b[2K');
  }
}

/** One log line at a time. */
export class LogProgress implements IngestProgress {
  readonly everyMs = 5_000;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  show({ phase, resources, rejects, resourcesPerSecond, fraction, secondsLeft }: ProgressState): void {
    const percent = fraction === undefined ? undefined : Math.floor(fraction * 100);
    this.#log.info({ phase, resources, rejects, resourcesPerSecond, percent, secondsLeft }, 'Ingesting.');
  }

  end(): void {}
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
