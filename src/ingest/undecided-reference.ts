import { isResourceType } from '../fhir/resource-type.ts';
import { ENTRY_MARK } from '../source/bundle-entry.ts';
import type { DocumentKey } from '../store/generation.ts';
import { type Criteria, parseCriteria, SUPPORTED_CRITERIA } from './criteria.ts';
import { isConditionalReference, isUrnReference } from './entry-references.ts';
import type { HeldDocuments } from './held-documents.ts';
import type { IdentifierMatches } from './identifier-matches.ts';

/** A conditional reference taken apart. */
export interface ConditionalReference {
  readonly type: string;
  readonly query: string;
  /** Undefined when its criteria are not supported. */
  readonly criteria: Criteria | undefined;
  /** Id of the conditionally created entry that it was made for. */
  readonly entryId: string | undefined;
}

export function conditionalReference(reference: string): ConditionalReference | undefined {
  if (!isConditionalReference(reference)) return undefined;
  const question = reference.indexOf('?');
  const mark = reference.lastIndexOf(ENTRY_MARK);
  const query = reference.slice(question + 1, mark === -1 ? undefined : mark);
  return {
    type: reference.slice(0, question),
    query,
    criteria: parseCriteria(query),
    entryId: mark === -1 ? undefined : reference.slice(mark + ENTRY_MARK.length),
  };
}

export interface DecisionOptions {
  /** Has looked up the `keysAsked` of the reference. */
  readonly held: HeldDocuments;
  readonly matches: IdentifierMatches;
  /** What urn references mean that lead out of their own Bundle. */
  readonly entries: ReadonlyMap<string, string>;
  readonly baseUrls: readonly string[];
}

/** What stands in the place of a reference, or why its document cannot be stored. */
export type Decision = { readonly reference: string } | { readonly reason: string };

/** The documents whose presence `decideReference` may ask for. */
export function keysAsked(
  reference: string,
  { entries, baseUrls }: Pick<DecisionOptions, 'entries' | 'baseUrls'>,
): readonly DocumentKey[] {
  const resolved = isUrnReference(reference) ? (entries.get(reference) ?? reference) : reference;
  const conditional = conditionalReference(resolved);
  if (conditional === undefined) {
    const own = ownKey(resolved, baseUrls);
    return own === undefined ? [] : [own];
  }
  const { type, criteria, entryId } = conditional;
  const ids = [
    ...(criteria?.kind === 'id' ? [criteria.id] : []),
    ...(entryId === undefined ? [] : [entryId]),
  ];
  return ids.map((id) => ({ type, id }));
}

/**
 * Decides a reference once everything is there: conditional ones must match exactly one document; a urn is replaced
 * where some Bundle has the entry; an address at the source server becomes a relative one where the resource was
 * brought along. Whatever else leads nowhere stays as it is.
 */
export function decideReference(reference: string, options: DecisionOptions): Decision {
  const resolved = isUrnReference(reference) ? (options.entries.get(reference) ?? reference) : reference;
  const conditional = conditionalReference(resolved);
  if (conditional !== undefined) return decideConditional(conditional, options);
  return { reference: ownReference(resolved, options) ?? resolved };
}

function decideConditional(reference: ConditionalReference, { held, matches }: DecisionOptions): Decision {
  const { type, query, criteria, entryId } = reference;
  const shown = `${type}?${query}`;
  if (criteria === undefined) {
    return { reason: `The conditional reference ${shown} is not supported: ${SUPPORTED_CRITERIA} is.` };
  }
  const match = matches.match(type, criteria);
  if (match === 'several') return { reason: `Several resources match the conditional reference ${shown}.` };
  if (match !== 'none') return { reference: `${type}/${match.id}` };
  if (entryId !== undefined && held.has(type, entryId)) return { reference: `${type}/${entryId}` };
  return { reason: `Nothing matches the conditional reference ${shown}.` };
}

/** `Type/id` for an address at the source server of a resource that is there. */
function ownReference(reference: string, { held, baseUrls }: DecisionOptions): string | undefined {
  const own = ownKey(reference, baseUrls);
  return own !== undefined && held.has(own.type, own.id) ? `${own.type}/${own.id}${own.fragment}` : undefined;
}

/** What an address at the source server names. */
function ownKey(
  reference: string,
  baseUrls: readonly string[],
): (DocumentKey & { readonly fragment: string }) | undefined {
  const base = baseUrls.find((baseUrl) => reference.startsWith(`${baseUrl}/`));
  if (base === undefined) return undefined;
  const tail = /^([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?(#.*)?$/.exec(
    reference.slice(base.length + 1),
  );
  const [, type = '', id = '', fragment = ''] = tail ?? [];
  return isResourceType(type) ? { type, id, fragment } : undefined;
}
