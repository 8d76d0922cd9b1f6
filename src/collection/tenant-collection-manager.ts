import type { Clock } from '../clock.ts';
import { WarmfhirError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import { TenantCollection } from './tenant-collection.ts';

/** How often an unready master is asked again, milliseconds. */
const ASK_EVERY_MS = 5_000;
/** How long somebody who wants to use the master waits for an answer, milliseconds. */
const PATIENCE_MS = 1_000;

export interface EnsuredCollection {
  readonly collection: TenantCollection;
  readonly record: TenantRecord;
  /** True when the tenant did not exist before. */
  readonly created: boolean;
}

/** Gives out tenants' collections once the master has been ingested. */
export class TenantCollectionManager {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  #asking: Promise<void> | undefined;
  #ready = false;
  #reason = 'The master collection has not been looked at yet.';

  constructor(options: { readonly store: Store; readonly clock: Clock; readonly log: Log }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** True once a ready master was seen; it never turns false again. */
  get ready(): boolean {
    return this.#ready;
  }

  /** One sentence for clients on why `ready` is false; empty once it is true. */
  get notReadyReason(): string {
    return this.#reason;
  }

  /**
   * Asks every 5 seconds until the master is ready, then opens it. Returns early, still unready, when `signal` aborts.
   * A store that cannot be reached is asked again; a damaged one rejects with `store-damaged`, naming the file.
   */
  async waitForFhirIngestion(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.#ready) await this.#ask();
      if (this.#ready) return;
      await this.#clock.sleep(ASK_EVERY_MS, signal);
    }
  }

  /**
   * Asks now whether the master is ready, because somebody wants to use it: another process of the installation may
   * have told them that it is. Waits a second at most. Rejects like `waitForFhirIngestion`.
   */
  async look(): Promise<void> {
    if (this.#ready) return;
    const answered = new AbortController();
    const asking = this.#ask().finally(() => answered.abort());
    await Promise.race([asking, this.#clock.sleep(PATIENCE_MS, answered.signal)]);
  }

  /**
   * The collection of a tenant, made from the newest sealed generation if it is new, and recorded as warm now.
   * Throws `ingestion-not-ready` when there is no sealed generation.
   */
  async ensureTenantCollection(id: string): Promise<EnsuredCollection> {
    const { record, created } = await this.#store.tenants.warm(id, this.#clock.now());
    return { collection: this.getTenantCollection(record), record, created };
  }

  /** The collection that a record describes. Cheap: nothing is opened. */
  getTenantCollection(record: TenantRecord): TenantCollection {
    return new TenantCollection(record, this.#store.collection(record));
  }

  /** Asks once, however many want to know, and notes the answer. */
  #ask(): Promise<void> {
    this.#asking ??= this.#reasonToWait()
      .then((reason) => {
        this.#ready = reason === '';
        if (this.#ready) this.#log.info({}, 'The master collection is ready.');
        else if (reason !== this.#reason) this.#log.info({ reason }, 'Waiting for the FHIR ingestion.');
        this.#reason = reason;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  /** Why the master cannot be served, or '' when it can be. */
  async #reasonToWait(): Promise<string> {
    try {
      const status = await this.#store.generations.ingestionStatus();
      if (status === undefined) return 'Nothing has been ingested yet: run warmfhir ingest.';
      if (!status.ready) return status.message;
      await this.#store.prepare();
      return '';
    } catch (error) {
      if (!(error instanceof WarmfhirError)) throw error;
      if (error.code !== 'store-unavailable') {
        this.#reason = error.detail;
        throw error;
      }
      return error.detail;
    }
  }
}
