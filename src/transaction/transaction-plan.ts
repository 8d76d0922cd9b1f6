import { randomUUID } from 'node:crypto';
import { WarmfhirError } from '../errors.ts';
import { ifNoneExist } from '../fhir/if-none-exist.ts';
import { shown } from '../fhir/parse-resource.ts';
import { isResourceType } from '../fhir/resource-type.ts';
import { type RequestEntry, readRequestEntry } from './bundle-text.ts';
import {
  type EntryRequest,
  isRead,
  isSearchPost,
  type ResourceAddress,
  resourceAddress,
} from './entry-request.ts';

/** Resources of a type that a query selects: `Patient?identifier=a|b`. */
export interface Criteria {
  readonly type: string;
  readonly query: string;
}

/** Criteria that have to be looked up. */
export interface AskedCriteria extends Criteria {
  /** True where every match counts. */
  readonly all: boolean;
  /** True where an entry depends on them; false where references alone do, which lead to what the transaction leaves. */
  readonly decides: boolean;
  /** Position of the first entry that asks for them. */
  readonly index: number;
}

/** What a transaction's entry is about, before anything was looked up. */
export interface PlannedEntry {
  /** Position in the Bundle, from 0. */
  readonly index: number;
  readonly request: EntryRequest;
  readonly address: ResourceAddress;
  readonly fullUrl: string | undefined;
  readonly resource: Uint8Array | undefined;
  /** The id that a new resource gets. */
  readonly newId: string;
  /** What decides which resource is meant, or whether one is made. */
  readonly criteria: Criteria | undefined;
}

/** A conditional reference in a resource: https://hl7.org/fhir/R4/http.html#trules */
const CONDITIONAL_REFERENCE = /"reference"\s*:\s*"([A-Z][A-Za-z]+\?(?:[^"\\]|\\.)+)"/g;

/** The entries of a transaction, and what has to be looked up before they can be written. */
export class TransactionPlan {
  readonly entries: readonly PlannedEntry[];
  /** By `Type?query`. */
  readonly criteria: ReadonlyMap<string, AskedCriteria>;

  /** Throws what is wrong with an entry, naming its place; body-invalid where two have the same `fullUrl`. */
  constructor(texts: readonly Uint8Array[], bases: readonly string[]) {
    const criteria = new Map<string, AskedCriteria>();
    const ask = (
      found: Criteria,
      index: number,
      how: { readonly all: boolean; readonly decides: boolean },
    ) => {
      const key = criteriaKey(found);
      const before = criteria.get(key);
      criteria.set(key, {
        ...found,
        all: how.all || before?.all === true,
        decides: how.decides || before?.decides === true,
        index: before?.index ?? index,
      });
    };
    const fullUrls = new Set<string>();
    this.entries = texts.map((text, index) =>
      inEntry(index, () => {
        const entry = planEntry(readRequestEntry(text, bases), index, bases);
        if (entry.criteria !== undefined) {
          ask(entry.criteria, index, { all: entry.request.method === 'DELETE', decides: true });
        }
        for (const found of conditionalReferences(entry.resource)) {
          ask(found, index, { all: false, decides: false });
        }
        if (entry.fullUrl !== undefined && fullUrls.has(entry.fullUrl)) {
          throw new WarmfhirError('body-invalid', `Another entry has the fullUrl ${shown(entry.fullUrl)}.`);
        }
        if (entry.fullUrl !== undefined) fullUrls.add(entry.fullUrl);
        return entry;
      }),
    );
    // What the transaction deletes matches nothing any more: so of the others all have to be known.
    const hasDelete = this.entries.some(({ request }) => request.method === 'DELETE');
    for (const [key, asked] of criteria) {
      if (hasDelete && asked.decides) criteria.set(key, { ...asked, all: true });
    }
    this.criteria = criteria;
  }
}

export function criteriaKey({ type, query }: Criteria): string {
  return `${type}?${query}`;
}

/** Runs what is about one entry; errors name the entry. */
export function inEntry<Result>(index: number, task: () => Result): Result {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    throw error.inEntry(index);
  }
}

function planEntry(
  { request, fullUrl, resource }: RequestEntry,
  index: number,
  bases: readonly string[],
): PlannedEntry {
  const { method, url, headers } = request;
  const address = isRead(request) ? ({ kind: 'other' } as const) : resourceAddress(url);
  if (!isRead(request)) requireAddress(method, address, url);
  const bringsResource = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (bringsResource !== (resource !== undefined) && !isSearchPost(request)) {
    throw new WarmfhirError(
      'body-invalid',
      resource === undefined ? `A ${method} needs a resource.` : `A ${method} takes no resource.`,
    );
  }
  const condition = headers['if-none-exist'];
  if (condition !== undefined && (method !== 'POST' || isSearchPost(request))) {
    throw new WarmfhirError(
      'body-invalid',
      `A ${isSearchPost(request) ? 'search' : method} takes no ifNoneExist.`,
    );
  }
  return {
    ...{ index, request, address, fullUrl, resource, newId: randomUUID() },
    criteria:
      address.kind === 'criteria'
        ? { type: address.type, query: address.query }
        : address.kind === 'type' && condition !== undefined
          ? { type: address.type, query: ifNoneExist(condition, address.type, bases) }
          : undefined,
  };
}

function requireAddress(method: string, { kind }: ResourceAddress, url: string): void {
  if (method === 'POST' ? kind === 'type' : kind === 'instance' || kind === 'criteria') return;
  throw new WarmfhirError('body-invalid', `A transaction cannot ${method} to ${shown(url)}.`);
}

function conditionalReferences(resource: Uint8Array | undefined): readonly Criteria[] {
  // Few resources have any: a look at the bytes is enough for the others.
  if (
    resource === undefined ||
    !Buffer.from(resource.buffer, resource.byteOffset, resource.length).includes('?')
  ) {
    return [];
  }
  const text = Buffer.from(resource.buffer, resource.byteOffset, resource.length).toString();
  return [...text.matchAll(CONDITIONAL_REFERENCE)].flatMap((match) => {
    const reference = decodedText(match[1]!);
    const question = reference.indexOf('?');
    const type = reference.slice(0, question);
    return isResourceType(type) ? [{ type, query: reference.slice(question + 1) }] : [];
  });
}

/** A JSON string's text; as it is where it is none, for the parser to judge. */
function decodedText(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
