import type { BundleEntry } from './bundle-splitter.ts';
import { objectMembers, parsedMember } from './object-members.ts';
import type { Origin, RawItem } from './source.ts';

/** Most that an entry may say around its resource. */
export const MAX_ENTRY_WRAPPING_BYTES = 2 ** 16;

/** A resource as an entry brings it. */
export interface EntryResource {
  readonly kind: 'resource';
  readonly bytes: Uint8Array;
  /** As far as they can be told without parsing the resource. */
  readonly type: string | undefined;
  /** `resource.id`, else the uuid of `fullUrl`. */
  readonly id: string | undefined;
  /** True when the id is that of `fullUrl`. */
  readonly idFromUrl: boolean;
  readonly fullUrl: string | undefined;
  readonly ifNoneExist: string | undefined;
}

/** An entry that brings no resource to store, and is no mistake: a read in a batch, an outcome of a search. */
export interface EmptyEntry {
  readonly kind: 'empty';
}

export interface WrongEntry {
  readonly kind: 'wrong';
  readonly reason: string;
  readonly type?: string;
}

/**
 * Takes an entry apart. In a batch or transaction what `POST` and `PUT` bring is stored under the entry's id; a
 * conditional update, `PATCH` and `DELETE` are wrong here, because a source describes what exists; `GET` and `HEAD` are
 * passed over, and so are outcomes of a search. https://hl7.org/fhir/R4/bundle.html
 */
export function readEntry(text: Uint8Array): EntryResource | EmptyEntry | WrongEntry {
  const members = objectMembers(text);
  if (members === undefined) return { kind: 'wrong', reason: 'The entry is not a JSON object.' };
  const search = recordOf(parsedMember(text, members.get('search')));
  if (search.mode === 'outcome') return { kind: 'empty' };
  const request = recordOf(parsedMember(text, members.get('request')));
  const method = request.method;
  if (method === 'GET' || method === 'HEAD') return { kind: 'empty' };
  const range = members.get('resource');
  if (range === undefined || method === 'DELETE' || method === 'PATCH') {
    const reason =
      range === undefined && method !== 'DELETE'
        ? 'The entry has no resource.'
        : `A ${method} entry is not ingested.`;
    return { kind: 'wrong', reason };
  }
  const bytes = text.subarray(range.start, range.end);
  const { type, id: ownId } = resourceHead(bytes);
  if (method === 'PUT' && typeof request.url === 'string' && request.url.includes('?')) {
    const reason = 'A conditional update is not ingested.';
    return type === undefined ? { kind: 'wrong', reason } : { kind: 'wrong', reason, type };
  }
  const fullUrl = stringOf(parsedMember(text, members.get('fullUrl')));
  const idFromUrl = ownId === undefined;
  const id = idFromUrl ? uuidOf(fullUrl) : stringOf(ownId);
  return {
    kind: 'resource',
    bytes,
    type,
    id,
    idFromUrl: idFromUrl && id !== undefined,
    fullUrl,
    ifNoneExist: criteriaOf(request.ifNoneExist),
  };
}

/** Type and id of a resource's text; the id as it stands there, whatever it is. */
export function resourceHead(text: Uint8Array): { readonly type: string | undefined; readonly id: unknown } {
  const members = objectMembers(text);
  if (members === undefined) return { type: undefined, id: undefined };
  return {
    type: stringOf(parsedMember(text, members.get('resourceType'))),
    id: parsedMember(text, members.get('id')),
  };
}

/** What becomes of one entry; undefined when it brings nothing. */
export function entryItem(
  { bytes, offset }: BundleEntry,
  origin: Origin,
  position: number,
  maxResourceBytes: number,
): RawItem | undefined {
  const tooLarge = `The resource is larger than ${maxResourceBytes} bytes.`;
  if (bytes === null) return { kind: 'reject', origin: { ...origin, offset }, reason: tooLarge };
  const entry = readEntry(bytes);
  if (entry.kind === 'empty') return undefined;
  const type = entry.type === undefined ? {} : { type: entry.type };
  if (entry.kind === 'wrong') return { kind: 'reject', origin, reason: entry.reason, ...type };
  if (entry.bytes.length > maxResourceBytes) return { kind: 'reject', origin, reason: tooLarge, ...type };
  const base = restfulBase(entry.fullUrl);
  return {
    kind: 'resource',
    position,
    origin,
    bytes: entry.bytes,
    ...(entry.idFromUrl ? { id: entry.id! } : {}),
    ...(base === undefined ? {} : { base }),
    ...(entry.ifNoneExist === undefined ? {} : { ifNoneExist: entry.ifNoneExist }),
  };
}

/** What a reference to this entry is replaced by: `Type/id`, or a conditional reference that names the entry's own id. */
export function entryTarget(entry: EntryResource): string | undefined {
  if (entry.type === undefined || entry.id === undefined) return undefined;
  return entry.ifNoneExist === undefined
    ? `${entry.type}/${entry.id}`
    : `${entry.type}?${entry.ifNoneExist}${ENTRY_MARK}${entry.id}`;
}

/** Stands in a conditional reference between its criteria and the id of the entry that it was made for. */
export const ENTRY_MARK = '#entry=';

/** Base of a RESTful `fullUrl`: `https://server/fhir` of `https://server/fhir/Patient/1`. */
function restfulBase(fullUrl: string | undefined): string | undefined {
  return /^(https?:\/\/.+)\/[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.exec(fullUrl ?? '')?.[1];
}

function uuidOf(fullUrl: string | undefined): string | undefined {
  return /^urn:uuid:(.+)$/i.exec(fullUrl ?? '')?.[1];
}

/** `identifier=s|v`, also of a spelling with the type or a question mark in front. */
function criteriaOf(ifNoneExist: unknown): string | undefined {
  if (typeof ifNoneExist !== 'string' || ifNoneExist === '') return undefined;
  return ifNoneExist.replace(/^[A-Za-z]*\?/, '');
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
