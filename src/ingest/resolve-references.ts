import { setImmediate as nextTurn } from 'node:timers/promises';
import { WarmfhirError } from '../errors.ts';
import { type ResourceContent, stamp } from '../fhir/resource-content.ts';
import { contentOfStored } from '../fhir/review-state.ts';
import type { Extraction } from '../fhir/search/extraction.ts';
import type { OpenSource } from '../source/source.ts';
import type {
  BuiltDocument,
  DocumentKey,
  GenerationBuild,
  IngestOrigin,
  Reject,
  Resolution,
  UndecidedCreate,
} from '../store/generation.ts';
import { parseCriteria, SUPPORTED_CRITERIA } from './criteria.ts';
import { isUrnReference } from './entry-references.ts';
import { HeldDocuments } from './held-documents.ts';
import { IdentifierMatches } from './identifier-matches.ts';
import { referencesIn, replaceReferences } from './reference-text.ts';
import {
  conditionalReference,
  type DecisionOptions,
  decideReference,
  keysAsked,
} from './undecided-reference.ts';

const NOWHERE: IngestOrigin = { source: '', line: 0, offset: 0 };

export interface ResolveOptions {
  readonly build: GenerationBuild;
  readonly sources: readonly OpenSource[];
  readonly signal: AbortSignal;
  /** Says what a document is found by once its references are resolved. */
  readonly extraction: Extraction;
}

/**
 * Decides what could not be decided while resources were still coming in: first the conditional creates in the order of
 * the source, then the references of pending documents. Does nothing to what an earlier run settled.
 * Throws `ingest-interrupted` between two transactions.
 */
export async function resolveReferences(options: ResolveOptions): Promise<void> {
  const { build } = options;
  const held = new HeldDocuments(build);
  const matches = new IdentifierMatches(build, held);
  const entries = await survey(options, matches);
  const pause = async () => {
    await nextTurn();
    if (options.signal.aborted) throw new WarmfhirError('ingest-interrupted');
  };
  for await (const _ of matches.scan()) await pause();
  // What is settled is no longer there to be asked for again: each chunk is a transaction of its own.
  for await (const creates of build.conditionalCreates()) {
    await held.look(creates.flatMap(askedByCreate));
    await build.resolve(settledCreates(creates, matches));
    await pause();
  }
  const baseUrls = options.sources.flatMap(({ baseUrl }) => (baseUrl === undefined ? [] : [baseUrl]));
  const decision: DecisionOptions = { held, matches, entries, baseUrls };
  for await (const pending of build.pendingDocuments()) {
    await held.look(pending.flatMap(({ json }) => askedByReferences(json, decision)));
    await build.resolve(settledDocuments(pending, decision, options.extraction));
    await pause();
  }
}

/** Notes what has to be looked for, and finds the entries that urns mean. */
async function survey(
  { build, sources, signal }: ResolveOptions,
  matches: IdentifierMatches,
): Promise<ReadonlyMap<string, string>> {
  const need = (reference: string) => {
    const conditional = conditionalReference(reference);
    if (conditional?.criteria !== undefined) matches.need(conditional.type, conditional.criteria);
  };
  for await (const creates of build.conditionalCreates()) {
    for (const { document, criteria } of creates) need(`${document.content.type}?${criteria}`);
  }
  const urns = new Set<string>();
  for await (const documents of build.pendingDocuments()) {
    for (const reference of documents.flatMap(({ json }) => [...referencesIn(json)])) {
      if (isUrnReference(reference)) urns.add(reference);
      else need(reference);
    }
  }
  const entries = new Map<string, string>();
  if (urns.size === 0) return entries;
  for (const source of sources) {
    const found = (await source.findEntries?.(urns, signal)) ?? new Map<string, string>();
    for (const [urn, target] of found) {
      if (!entries.has(urn)) entries.set(urn, target);
    }
  }
  for (const target of entries.values()) need(target);
  return entries;
}

function askedByCreate({ document, criteria }: UndecidedCreate): readonly DocumentKey[] {
  const parsed = parseCriteria(criteria);
  return parsed?.kind === 'id' ? [{ type: document.content.type, id: parsed.id }] : [];
}

function askedByReferences(json: string, decision: DecisionOptions): readonly DocumentKey[] {
  return [...referencesIn(json)].flatMap((reference) => keysAsked(reference, decision));
}

/** One that matches nothing is created; the documents created count for those behind it. */
function settledCreates(creates: readonly UndecidedCreate[], matches: IdentifierMatches): Resolution {
  const created: { rid: number }[] = [];
  const unchanged: { rid: number }[] = [];
  const rejected: { rid: number; reject: Reject }[] = [];
  for (const { rid, document, criteria } of creates) {
    const { content, origin } = document;
    const parsed = parseCriteria(criteria);
    const match = parsed === undefined ? undefined : matches.match(content.type, parsed);
    if (match === undefined || match === 'several') {
      const reason =
        match === undefined
          ? `The ifNoneExist criteria ${criteria} are not supported: ${SUPPORTED_CRITERIA} is.`
          : `Several resources match the ifNoneExist criteria ${criteria}.`;
      rejected.push({ rid, reject: { ...(origin ?? NOWHERE), reason, type: content.type } });
    } else if (match === 'none') {
      created.push({ rid });
      matches.add(content.type, content.id, stamp(content, 1, 0));
    } else unchanged.push({ rid });
  }
  return { replaced: [], created, unchanged, rejected };
}

function settledDocuments(
  documents: readonly BuiltDocument[],
  options: DecisionOptions,
  extraction: Extraction,
): Resolution {
  const replaced: Resolution['replaced'][number][] = [];
  const rejected: Resolution['rejected'][number][] = [];
  for (const { rid, type, json, origin } of documents) {
    let reason: string | undefined;
    const text = replaceReferences(json, (reference) => {
      const decision = decideReference(reference, options);
      if ('reference' in decision) return decision.reference;
      reason ??= decision.reason;
      return reference;
    });
    if (reason === undefined) replaced.push({ rid, content: indexedContent(text, extraction) });
    else rejected.push({ rid, reject: { ...(origin ?? NOWHERE), reason, type } });
  }
  return { replaced, created: [], unchanged: [], rejected };
}

function indexedContent(json: string, extraction: Extraction): ResourceContent {
  const value = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return { ...contentOfStored(json), indexed: extraction.indexedValues(value) };
}
