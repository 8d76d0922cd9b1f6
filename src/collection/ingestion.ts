import type { Clock } from '../clock.ts';
import type { GenerationBuild, GenerationStore, IngestionStatus } from '../store/generation.ts';

const STATUS_ID = '_system/ingestion_status';

/** What the FHIR client is to do, and the status document as it stands now. */
export interface IngestionDecision {
  /** False when the master is ready and nobody asked for another generation: then nothing was written. */
  readonly proceed: boolean;
  readonly status: IngestionStatus;
}

/** The document `_system/ingestion_status` and the rules by which it changes. */
export class Ingestion {
  readonly #generations: GenerationStore;
  readonly #clock: Clock;

  constructor(options: { readonly generations: GenerationStore; readonly clock: Clock }) {
    this.#generations = options.generations;
    this.#clock = options.clock;
  }

  /** The status document, or undefined before the first ingest. */
  status(): Promise<IngestionStatus | undefined> {
    return this.#generations.ingestionStatus();
  }

  /**
   * Decides whether an ingest goes ahead and, if so, notes that it runs. `ready` never turns false again: a forced
   * ingest builds its generation beside the one that is served. An unfinished ingest keeps its `startedAt`.
   */
  async checkAndSetIngestionStatus(options: { readonly force?: boolean } = {}): Promise<IngestionDecision> {
    const current = await this.#generations.ingestionStatus();
    if (current?.ready && options.force !== true) return { proceed: false, status: current };
    const status: IngestionStatus = current?.ready
      ? { ...current, message: 'Ready. A new generation is being built.' }
      : {
          _id: STATUS_ID,
          ready: false,
          startedAt: current?.startedAt ?? new Date(this.#clock.now()).toISOString(),
          completedAt: null,
          message: 'Ingestion is running.',
        };
    await this.#generations.setIngestionStatus(status);
    return { proceed: true, status };
  }

  /** Says how the ingest goes, for whoever waits for it. Where the master is ready already, the message says that first. */
  async setIngestionMessage(message: string): Promise<void> {
    const current = await this.#generations.ingestionStatus();
    if (current === undefined) return;
    const said = current.ready ? `Ready. New generation: ${message}` : message;
    await this.#generations.setIngestionStatus({ ...current, message: said });
  }

  /** Seals the build: in one transaction it becomes visible and `ready` turns true. */
  setIngestionComplete(build: GenerationBuild, message: string): Promise<void> {
    return build.seal(this.#clock.now(), message);
  }
}
