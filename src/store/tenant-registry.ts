/** What the installation knows of one tenant, durable and shared by all processes. */
export interface TenantRecord {
  readonly id: string;
  /** Unique for ever: a tenant that is deleted and made again has another serial. */
  readonly serial: number;
  /** The sealed generation that the tenant is pinned to. */
  readonly generation: number;
  /** False while the tenant has changed nothing: then it owns nothing but this record. */
  readonly overlay: boolean;
  readonly createdAt: number;
  /** When it was last warmed, or null since it was cooled. Milliseconds since the epoch, as all times here. */
  readonly warmedAt: number | null;
  /** The last request that has been recorded; may lag a few seconds behind. */
  readonly lastRequest: number | null;
}

/** How many tenants an installation has. */
export interface TenantCount {
  readonly registered: number;
  /** Of these, those that are warm. */
  readonly warm: number;
}

export interface TenantUsage {
  /** Documents that differ from the master: changed, made or deleted. */
  readonly documentsChanged: number;
  /** Bytes on disk beyond the registry record. */
  readonly bytes: number;
}

/**
 * The durable list of tenants. Times are given and told by the clock of the process that asks; an engine on a server of its
 * own keeps them by that server's clock, so that processes agree on them whatever their own clocks show.
 */
export interface TenantRegistry {
  /**
   * A number that changes whenever any process may have changed any record: at once for what this process has done, and
   * for what others have done as soon as it could be noticed, on another machine at most 5 seconds later. Cheap enough to
   * be asked per request; whoever holds a record re-reads it when this number is no longer the one that it was read under.
   */
  revision(): number;
  /** The record as of now, or undefined. A synchronous engine answers without a promise. */
  get(id: string): TenantRecord | undefined | Promise<TenantRecord | undefined>;
  /**
   * Makes the tenant if it is new (pinned to the newest sealed generation) and marks it warm at `now`. Durable when
   * it resolves. Throws `ingestion-not-ready` when there is no sealed generation.
   */
  warm(id: string, now: number): Promise<{ record: TenantRecord; created: boolean }>;
  /** Marks a tenant cold. False when there is no such tenant. */
  cool(id: string): Promise<boolean>;
  /** Records activity in one transaction; unknown tenants are skipped, a time never goes backwards. */
  recordRequests(requests: ReadonlyMap<string, number>): Promise<void>;
  /** All tenants by id. */
  list(): Promise<readonly TenantRecord[]>;
  /** Counts them without listing them; warm is who was warmed or used within `idleTimeoutMs` before `now`. */
  count(now: number, idleTimeoutMs: number): Promise<TenantCount>;
  usage(record: TenantRecord): Promise<TenantUsage>;
  /** Erases a tenant: its record, its overlay and every byte of both. False when there is no such tenant. */
  remove(id: string): Promise<boolean>;
}
