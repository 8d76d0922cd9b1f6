import type { ResourceContent } from '../fhir/resource-content.ts';

/** The document `_system/ingestion_status`, member for member as clients of the store see it. */
export interface IngestionStatus {
  readonly _id: '_system/ingestion_status';
  readonly ready: boolean;
  /** ISO instants. */
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly message: string;
}

export type GenerationState = 'building' | 'sealed' | 'pruned';

export interface GenerationInfo {
  readonly number: number;
  readonly state: GenerationState;
  readonly startedAt: number;
  readonly sealedAt: number | null;
  readonly resources: number;
  readonly bytes: number;
  /** How many tenants are pinned to it. */
  readonly tenants: number;
}

/** A resource on its way into a generation. */
export interface IngestDocument {
  readonly content: ResourceContent;
  /** The source's own `meta.lastUpdated` in microseconds since the epoch, or null: it only settles duplicates. */
  readonly sourceUpdated: number | null;
  /** Position in its stream, from 0, growing: with the stream's ordinal it decides the rid. */
  readonly position: number;
  /** True while it holds conditional references that are resolved before sealing. */
  readonly pending: boolean;
  /** Where it came from, for a reject that is found later: source name and line or entry number. */
  readonly origin: IngestOrigin | null;
}

export interface IngestOrigin {
  readonly source: string;
  /** Line (NDJSON) or entry (Bundle) number, from 1. */
  readonly line: number;
  /** Byte offset in the decompressed source. */
  readonly offset: number;
}

export interface Reject extends IngestOrigin {
  readonly reason: string;
  /** The resource's type where it is known, for the counts by type; kept with the reject. */
  readonly type?: string;
}

/** A create that happens only if nothing matches `criteria` (`If-None-Exist`), decided before sealing. */
export interface ConditionalCreate {
  readonly document: IngestDocument;
  /** For example `identifier=http://x|1`. */
  readonly criteria: string;
}

/** A conditional create that waits for its decision. */
export interface UndecidedCreate extends ConditionalCreate {
  readonly rid: number;
}

export interface IngestBatch {
  /** Ordinal of the stream, 0 to 510: rid = ordinal · 2^31 + position + 1. */
  readonly stream: number;
  readonly documents: readonly IngestDocument[];
  readonly conditionalCreates: readonly ConditionalCreate[];
  readonly rejects: readonly Reject[];
  /** Opaque to the store: where this stream goes on after this batch. Committed together with the documents. */
  readonly checkpoint: string;
}

export interface TypeCounts {
  readonly type: string;
  /** Documents in the generation now. */
  readonly stored: number;
  /** Came again with the same content. */
  readonly unchanged: number;
  /** Came again with other content: one of the two was dropped. */
  readonly superseded: number;
}

/** A document of the unsealed generation, stamped, as resolution sees it. */
export interface BuiltDocument {
  readonly rid: number;
  readonly type: string;
  readonly id: string;
  readonly json: string;
  readonly origin: IngestOrigin | null;
}

/** Names a document: `Patient`, `1`. */
export interface DocumentKey {
  readonly type: string;
  readonly id: string;
}

/** What was decided about conditional references and conditional creates, by rid. */
export interface Resolution {
  /** Pending documents with their references resolved. */
  readonly replaced: readonly { readonly rid: number; readonly content: ResourceContent }[];
  /** Conditional creates that matched nothing and become documents. */
  readonly created: readonly { readonly rid: number }[];
  /** Conditional creates that matched one document. */
  readonly unchanged: readonly { readonly rid: number }[];
  /** Pending documents or conditional creates that cannot be stored. */
  readonly rejected: readonly { readonly rid: number; readonly reject: Reject }[];
}

/**
 * A generation being built, out of sight of every tenant. Whoever holds it holds the installation's ingest lock.
 * All writes of one call commit together. What there may be many of comes in chunks, in order, a few hundred at a time.
 */
export interface GenerationBuild {
  readonly number: number;
  /** `meta.lastUpdated` of every document in it. */
  readonly startedAt: number;
  /** True when an interrupted build of the same sources goes on. */
  readonly resumed: boolean;
  /** Checkpoints of a resumed build by stream ordinal. */
  checkpoints(): Promise<ReadonlyMap<number, string>>;
  /**
   * Adds a batch. The same (type, id) again: equal content is unchanged; otherwise the later `sourceUpdated` wins, or,
   * where that does not decide, the higher rid. Independent of the order in which batches arrive. Batches of one stream
   * are given one after the other; several streams may be written at once.
   */
  write(batch: IngestBatch): Promise<void>;
  /** Conditional creates in rid order. */
  conditionalCreates(): AsyncIterable<readonly UndecidedCreate[]>;
  /** Documents that still hold conditional references, in rid order. */
  pendingDocuments(): AsyncIterable<readonly BuiltDocument[]>;
  /** All stored documents of one type in rid order. */
  documentsOfType(type: string): AsyncIterable<readonly BuiltDocument[]>;
  /** Those of these documents that the generation holds, as `Type/id`: ask for many at once. */
  held(keys: readonly DocumentKey[]): Promise<ReadonlySet<string>>;
  /** Applies what resolution decided, in one transaction: resumable, because settled items are no longer pending. */
  resolve(resolution: Resolution): Promise<void>;
  counts(): Promise<readonly TypeCounts[]>;
  rejectCount(): Promise<number>;
  rejects(): AsyncIterable<readonly Reject[]>;
  /** Bytes of the build on disk. */
  bytes(): Promise<number>;
  /**
   * Seals: verifies, makes it durable, and in one transaction makes the generation visible and sets the ingestion
   * status to ready. Afterwards the build is closed.
   */
  seal(completedAt: number, message: string): Promise<void>;
  /** Throws the unsealed generation away. */
  discard(): Promise<void>;
  /** Lets go of the lock and keeps what is committed for a later run. */
  close(): Promise<void>;
}

/** Master generations and the ingestion status. */
export interface GenerationStore {
  ingestionStatus(): Promise<IngestionStatus | undefined>;
  /** Writes the status document as given. */
  setIngestionStatus(status: IngestionStatus): Promise<void>;
  list(): Promise<readonly GenerationInfo[]>;
  /** Number of documents by type of a sealed generation. */
  counts(generation: number): Promise<ReadonlyMap<string, number>>;
  /**
   * Takes the ingest lock and opens the next generation, or the unfinished one when it was begun with the same
   * `sources` text; an unfinished one of other sources is discarded. Throws `ingest-locked` naming the holder.
   * The operating system drops the lock with the process.
   */
  build(sources: string, startedAt: number): Promise<GenerationBuild>;
  /**
   * Gives a sealed generation search indexes, where a version that had none has sealed it: same documents, same rids, while
   * it is served. What was done is kept when `signal` aborts (`ingest-interrupted`). Takes the ingest lock.
   * @returns false when it has them already
   */
  reindex(generation: number, signal: AbortSignal): Promise<boolean>;
  /** Deletes a sealed generation. Throws `generation-pinned`, also for the newest, or `generation-unknown`. */
  prune(generation: number): Promise<void>;
}
