import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

/** How late timers ran, seconds. */
export interface Lag {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

const RESOLUTION_MS = 10;
const WINDOW_MS = 5_000;
const NONE: Lag = { mean: 0, p99: 0, max: 0 };

/** Watches how long the event loop keeps its timers waiting. */
export class EventLoopLag {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #stop: () => void;
  #lastWindow: Lag = NONE;

  constructor(clock: Clock) {
    this.#histogram.enable();
    this.#stop = clock.every(WINDOW_MS, () => {
      this.#lastWindow = this.#read();
      this.#histogram.reset();
    });
  }

  /** The worse of the window that runs and the 5 seconds before it. */
  get current(): Lag {
    const now = this.#read();
    const last = this.#lastWindow;
    return {
      mean: Math.max(now.mean, last.mean),
      p99: Math.max(now.p99, last.p99),
      max: Math.max(now.max, last.max),
    };
  }

  close(): void {
    this.#stop();
    this.#histogram.disable();
  }

  #read(): Lag {
    if (this.#histogram.count === 0) return NONE;
    return {
      mean: lateness(this.#histogram.mean),
      p99: lateness(this.#histogram.percentile(99)),
      max: lateness(this.#histogram.max),
    };
  }
}

/** The histogram holds the time between two timers, of which the resolution was meant. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
}
