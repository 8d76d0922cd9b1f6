import type { Clock } from '../clock.ts';
import { WarmfhirError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import { TenantCollection } from './tenant-collection.ts';

/** How often an unready master is asked again, milliseconds. */
const ASK_EVERY_MS = 5_000;

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
  #ready = false;
  #reason = 'The master collection has not been looked at yet.';

  constructor(options: { readonly store: Store; readonly clock: Clock; readonly log: Log }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** True once `waitForFhirIngestion` saw a ready master; it never turns false again. */
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
      const reason = await this.#ask();
      if (reason === '') {
        this.#reason = reason;
        this.#ready = true;
        this.#log.info({}, 'The master collection is ready.');
        return;
      }
      if (reason !== this.#reason) this.#log.info({ reason }, 'Waiting for the FHIR ingestion.');
      this.#reason = reason;
      await this.#clock.sleep(ASK_EVERY_MS, signal);
    }
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

  /** Why the master cannot be served, or '' when it can be. */
  async #ask(): Promise<string> {
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
