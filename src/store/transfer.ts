import type { VersionMethod } from './document.ts';
import type { GenerationBuild, GenerationInfo, IngestionStatus } from './generation.ts';
import type { TenantRecord } from './tenant-registry.ts';

/** A document of a sealed generation. */
export interface MasterRow {
  readonly rid: number;
  readonly type: string;
  readonly id: string;
  readonly json: string;
}

/** One version of a document of a tenant; `json` is null after a delete. */
export interface VersionRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since the epoch, as `reviewTime`. */
  readonly lastUpdated: number;
  readonly method: VersionMethod;
  readonly reviewTime: number | null;
  readonly json: string | null;
}

/** A document that a tenant has changed: its current version, and those before it. */
export interface ChangedDocument extends VersionRow {
  readonly rid: number;
  /** The master rid that it stands for, or null for a document of the tenant's own. */
  readonly replaces: number | null;
  /** What places it among the documents of its type in order of first appearance. */
  readonly firstRid: number;
  /** Oldest first; where it stands for one of the master's, that is the first of them. */
  readonly former: readonly VersionRow[];
}

/** One of the documents that a tenant has changed. */
export interface TenantChange {
  readonly tenant: TenantRecord;
  readonly document: ChangedDocument;
}

/** What the sources of a generation are called while it comes from another installation. */
export const MOVED = 'move';

/**
 * Everything that an installation holds, row by row, so that it can go on with another engine. Search indexes are not in it:
 * they follow from the documents. Rows come in chunks, so that memory stays bounded.
 */
export interface Transfer {
  /** All documents of a generation in the order of their rids. */
  masterRows(generation: number): AsyncIterable<readonly MasterRow[]>;
  /** All documents that these tenants have changed: tenant by tenant, by type code and id. */
  changes(tenants: readonly TenantRecord[]): AsyncIterable<readonly TenantChange[]>;
  /**
   * Takes another installation in. What an interrupted move has left is removed first.
   * @throws store-not-empty when there is anything else; ingest-locked
   */
  receive(): Promise<Reception>;
}

/** Another installation on its way in: nothing of it can be seen or served before `finish`. Holds the ingest lock. */
export interface Reception {
  /** Registers generations, sealed and pruned, under their own numbers; before all else. */
  addGenerations(generations: readonly GenerationInfo[]): Promise<void>;
  /** Fills a registered generation. Its `seal` makes it complete and durable, but not yet visible. */
  fill(generation: GenerationInfo): Promise<GenerationBuild>;
  /** Registers tenants as they are, but for their serials; what they are now, in the same order. */
  addTenants(tenants: readonly TenantRecord[]): Promise<readonly TenantRecord[]>;
  /** Adds what tenants have changed, each of them as `addTenants` gave it. */
  addChanges(changes: readonly TenantChange[]): Promise<void>;
  /** Makes everything visible, durable, and with a ready status ready to be served, in one transaction. */
  finish(status: IngestionStatus): Promise<void>;
  /** Lets go of the lock. Without `finish` the target stays unfinished, until it is received anew. */
  close(): Promise<void>;
}
