/**
 * Where resources come from: the port between the FHIR client's loop and files or FHIR servers.
 *
 * A source is one or more ordered streams. A stream yields raw bytes, unparsed, in an order that depends on the
 * source alone, and says after every batch where it would go on.
 */
export interface Source {
  /**
   * Looks at the source without reading it. Throws `ingest-source-invalid` (nothing there, not readable) or
   * `ingest-source-unreachable`.
   */
  open(signal: AbortSignal): Promise<OpenSource>;
}

export interface OpenSource {
  /** What it consists of: a checkpoint is good for a source with the same signature only. */
  readonly signature: string;
  readonly streams: readonly SourceStream[];
  /** How many streams may be read at once. */
  readonly parallel: number;
  /** Base URL when it is a server: absolute references below it mean resources of this source. */
  readonly baseUrl?: string;
  /** How much of it has been read, 0 to 1; undefined while nobody knows. */
  progress(): number | undefined;
  /**
   * Which resources the entries with these `fullUrl`s are, by URL: `Type/id`, or `Type?criteria#entry=id` for an entry
   * that is created conditionally. Reads the source once more.
   */
  findEntries?(fullUrls: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Present when references that the streams did not bring are to be fetched. */
  readonly references?: ReferenceFetcher;
}

/** Fetches single resources of a server. */
export interface ReferenceFetcher {
  /**
   * The key under which a reference can be fetched (`Type/id`, or an absolute URL of an allowed origin), or undefined
   * when it cannot or must not be.
   */
  keyOf(reference: string): ReferenceKey | undefined;
  /** The resource, or undefined when the server does not have or does not give it. */
  fetch(key: ReferenceKey, signal: AbortSignal): Promise<FetchedResource | undefined>;
}

export interface ReferenceKey {
  readonly type: string;
  readonly id: string;
  readonly url: string;
}

export interface FetchedResource {
  readonly origin: Origin;
  readonly bytes: Uint8Array;
}

export interface SourceStream {
  /** For people: a resource type, or "files". */
  readonly name: string;
  /**
   * Batches from a checkpoint on, or from the start. The last batch has `done: true`. Ends early, without it, when
   * `signal` aborts. Throws `ingest-source-invalid` or `ingest-source-unreachable`.
   */
  read(checkpoint: string | undefined, signal: AbortSignal): AsyncIterable<RawBatch>;
}

/** Where a resource was found. */
export interface Origin {
  /** Path or URL. */
  readonly source: string;
  /** Line (NDJSON) or entry (Bundle) number, from 1. */
  readonly line: number;
  /** Byte offset in the decompressed source. */
  readonly offset: number;
}

export interface RawBatch {
  readonly items: readonly RawItem[];
  /** Where the stream goes on after this batch. */
  readonly checkpoint: string;
  readonly done: boolean;
  /** Bytes of all items. */
  readonly bytes: number;
}

export type RawItem = RawResource | RawReject | RawEntryUrls;

export interface RawResource {
  readonly kind: 'resource';
  /** Position in its stream, from 0, growing. */
  readonly position: number;
  readonly origin: Origin;
  readonly bytes: Uint8Array;
  /** The id that the entry gives it where the resource itself has none. */
  readonly id?: string;
  /** Base of the entry's RESTful `fullUrl`: relative references are looked up in the Bundle under it. */
  readonly base?: string;
  /** Criteria of a conditional create. */
  readonly ifNoneExist?: string;
}

export interface RawReject {
  readonly kind: 'reject';
  readonly origin: Origin;
  readonly reason: string;
  readonly type?: string;
}

/**
 * What references of the resources that follow in this stream are replaced by. `start` forgets what was known before:
 * a Bundle begins, or a file that is none.
 */
export interface RawEntryUrls {
  readonly kind: 'entry-urls';
  readonly start: boolean;
  readonly urls: readonly (readonly [fullUrl: string, target: string])[];
}
