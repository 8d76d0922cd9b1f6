/** The thread that reads Bundles of requests and checks what they bring. */
import { WarmfhirError } from '../errors.ts';
import { Extraction } from '../fhir/search/extraction.ts';
import { Definitions } from '../fhir/structure/definitions.ts';
import { LinkRewriter } from '../fhir/structure/link-rewriter.ts';
import { StructureCheck } from '../fhir/structure/structure-check.ts';
import type { ThreadReply } from '../threads/batching-thread.ts';
import { failure, serveBatches } from '../threads/serve-batches.ts';
import { BatchEntries } from './batch-entries.ts';
import type { BundleCall, BundleReply } from './bundle-call.ts';
import { readBundle } from './bundle-text.ts';
import { isRead } from './entry-request.ts';
import type { BatchEntry, BundleOutline, LinkedWrites, PatchEntry } from './request-bundles.ts';
import { type PlannedEntry, TransactionPlan } from './transaction-plan.ts';
import { transactionResponse } from './transaction-response.ts';
import { type Decisions, type TransactionWrites, transactionWrites } from './transaction-writes.ts';

const definitions = new Definitions();
const tools = {
  structure: new StructureCheck(definitions),
  extraction: new Extraction(),
  rewriter: new LinkRewriter(definitions),
};

type Held =
  | { readonly type: 'batch'; readonly entries: BatchEntries }
  | { readonly type: 'transaction'; readonly plan: TransactionPlan; written?: TransactionWrites | undefined };

const held = new Map<number, Held>();

function answer(call: BundleCall): BundleReply {
  switch (call.kind) {
    case 'open':
      return open(call.number, call.body, call.bases);
    case 'entries':
      return batchEntries(call.number, call.from, call.count);
    case 'writes':
      return linkedWrites(call.number, call.decisions);
    case 'response': {
      const { written } = transaction(call.number);
      return new TextEncoder().encode(transactionResponse(written!, call.answer));
    }
    case 'release':
      held.delete(call.number);
      return undefined;
  }
}

function open(number: number, body: Uint8Array, bases: readonly string[]): BundleOutline {
  const { type, entries } = readBundle(body);
  if (type === 'batch') {
    held.set(number, { type, entries: new BatchEntries(entries, bases) });
    return { type, count: entries.length };
  }
  const plan = new TransactionPlan(entries, bases);
  held.set(number, { type, plan });
  return {
    type,
    isReadOnly: plan.entries.every(({ request }) => isRead(request)),
    criteria: [...plan.criteria.values()],
    patches: plan.entries.filter(({ request }) => request.method === 'PATCH').map(patchEntry),
    reads: plan.entries
      .filter(({ request }) => isRead(request))
      .map(({ index, request, resource }) => ({
        ...{ index, request, isRequired: isPlainRead(request.url) },
        ...(resource === undefined ? {} : { resource: new Uint8Array(resource) }),
      })),
  };
}

function patchEntry({ index, address, criteria, request, resource }: PlannedEntry): PatchEntry {
  const ifMatch = request.headers['if-match'];
  return {
    index,
    target: criteria ?? (address as { type: string; id: string }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    // A view would take the whole Bundle along.
    resource: new Uint8Array(resource!),
  };
}

function isPlainRead(url: string): boolean {
  return /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/.test(url);
}

function batchEntries(number: number, from: number, count: number): readonly BatchEntry[] {
  const bundle = held.get(number);
  if (bundle?.type !== 'batch') throw lost();
  return bundle.entries.slice(from, count);
}

function linkedWrites(number: number, decisions: Decisions): LinkedWrites {
  const bundle = transaction(number);
  // Of a large Bundle the writes of the attempt before would be held beside these.
  bundle.written = undefined;
  bundle.written = transactionWrites(bundle.plan, decisions, tools);
  const { writes, references } = bundle.written;
  return { writes, references };
}

function transaction(number: number): Extract<Held, { type: 'transaction' }> {
  const bundle = held.get(number);
  if (bundle?.type !== 'transaction') throw lost();
  return bundle;
}

/** The thread was started anew since the Bundle was opened. */
function lost(): WarmfhirError {
  return new WarmfhirError('store-unavailable', 'The Bundle was lost when its thread ended.');
}

serveBatches<BundleCall, BundleReply>((batch) =>
  batch.map((call): ThreadReply<BundleReply> => {
    try {
      return { ok: true, value: answer(call) };
    } catch (error) {
      return failure(error);
    }
  }),
);
