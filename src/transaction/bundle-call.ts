import type { BatchEntry, BundleAnswer, BundleOutline, LinkedWrites } from './request-bundles.ts';
import type { Decisions } from './transaction-writes.ts';

/** What the thread is asked to do with the Bundle of a number. */
export type BundleCall = { readonly number: number } & (
  | { readonly kind: 'open'; readonly body: Uint8Array; readonly bases: readonly string[] }
  | { readonly kind: 'entries'; readonly from: number; readonly count: number }
  | { readonly kind: 'writes'; readonly decisions: Decisions }
  | { readonly kind: 'response'; readonly answer: BundleAnswer }
  | { readonly kind: 'release' }
);

/** Answers by kind. */
export type BundleReply = BundleOutline | readonly BatchEntry[] | LinkedWrites | Uint8Array | undefined;
