import type { ErrorCode, ErrorIssue } from '../errors.ts';
import type { BulkResults, BulkWrites } from '../store/bulk-write.ts';
import type { AskedReference } from './entry-links.ts';
import type { EntryRequest } from './entry-request.ts';
import type { AskedCriteria, Criteria } from './transaction-plan.ts';
import type { EntryReturn } from './transaction-response.ts';
import type { Decisions } from './transaction-writes.ts';

/** A patch within a transaction. */
export interface PatchEntry {
  readonly index: number;
  readonly target: { readonly type: string; readonly id: string } | Criteria;
  readonly ifMatch?: string;
  /** The resource that the entry brings, JSON in UTF-8: Parameters, or a Binary that holds a JSON Patch. */
  readonly resource: Uint8Array;
}

/** Something that a transaction reads. */
export interface ReadEntry {
  readonly index: number;
  readonly request: EntryRequest;
  /** True where the transaction itself makes sure that it can be read. */
  readonly isRequired: boolean;
  /** What a posted search brings along. */
  readonly resource?: Uint8Array;
}

/** What has to be done for a Bundle outside of its thread. */
export type BundleOutline =
  | { readonly type: 'batch'; readonly count: number }
  | {
      readonly type: 'transaction';
      readonly criteria: readonly AskedCriteria[];
      readonly patches: readonly PatchEntry[];
      readonly reads: readonly ReadEntry[];
      /** True where it writes nothing. */
      readonly isReadOnly: boolean;
    };

/** One entry of a batch, or why it is none. */
export type BatchEntry =
  | {
      readonly ok: true;
      /** Position in the Bundle, from 0. */
      readonly index: number;
      readonly request: EntryRequest;
      readonly resource?: Uint8Array;
    }
  | {
      readonly ok: false;
      readonly index: number;
      readonly code: ErrorCode;
      readonly detail: string;
      readonly issues: readonly ErrorIssue[];
    };

/** A Bundle that is being worked on. It has to be released. */
export interface OpenBundle {
  readonly outline: BundleOutline;
  /** Entries of a batch, in the order in which they are to be carried out. */
  entries(from: number, count: number): Promise<readonly BatchEntry[]>;
  /** The writes of a transaction: its resources checked, their links put right. Rejects with what is wrong with one. */
  writes(decisions: Decisions): Promise<LinkedWrites>;
  /** The answer to a transaction, in UTF-8. */
  response(answer: BundleAnswer): Promise<Uint8Array>;
  release(): Promise<void>;
}

/** The writes of a transaction, and the conditional references in them. */
export interface LinkedWrites {
  readonly writes: BulkWrites;
  readonly references: readonly AskedReference[];
}

export interface BundleAnswer {
  readonly results: BulkResults;
  /** JSON texts of the entries that read, by position. */
  readonly read: ReadonlyMap<number, string>;
  /** Base URL, without a slash at the end. */
  readonly base: string;
  readonly prefer: EntryReturn;
}

/** Works on Bundles of requests. */
export interface RequestBundles {
  /**
   * @param body the Bundle in UTF-8; it is given away and cannot be used afterwards
   * @param bases base URLs of the server, without a slash at the end
   * @throws encoding-invalid, json-malformed, body-invalid and what is wrong with an entry of a transaction
   */
  open(body: Uint8Array, bases: readonly string[]): Promise<OpenBundle>;
  close(): Promise<void>;
}
