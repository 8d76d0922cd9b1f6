import { WarmfhirError } from '../errors.ts';
import { shown } from '../fhir/parse-resource.ts';
import { isResourceId } from '../fhir/resource-id.ts';
import { isResourceType } from '../fhir/resource-type.ts';
import { requireMembers } from './known-members.ts';

export type EntryMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What one entry of a batch or transaction asks for. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request */
export interface EntryRequest {
  readonly method: EntryMethod;
  /** Relative to the base, without a slash in front, with its query. */
  readonly url: string;
  readonly headers: EntryHeaders;
}

/** By the names of the HTTP headers that say the same. */
export type EntryHeaders = Readonly<
  Partial<Record<'if-match' | 'if-none-match' | 'if-modified-since' | 'if-none-exist', string>>
>;

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const HEADERS = [
  ['ifMatch', 'if-match'],
  ['ifNoneMatch', 'if-none-match'],
  ['ifModifiedSince', 'if-modified-since'],
  ['ifNoneExist', 'if-none-exist'],
] as const;
/** Members of `Bundle.entry.request` in R4. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'extension', 'modifierExtension', 'method', 'url'],
  ...HEADERS.map(([member]) => member),
]);
/** Steps of a path are names, ids and operations; so it cannot leave the base. */
const PATH = /^[A-Za-z0-9_$.-]+(?:\/[A-Za-z0-9_$.-]+)*$/;

/**
 * Reads `entry.request`.
 *
 * @param bases base URLs of the server, without a slash at the end: a URL below one of them is relative to it
 * @throws body-invalid
 */
export function entryRequest(value: unknown, bases: readonly string[]): EntryRequest {
  if (typeof value !== 'object' || value === null) {
    throw new WarmfhirError('body-invalid', 'The entry has no request.');
  }
  const request = value as Readonly<Record<string, unknown>>;
  requireMembers('A request', Object.keys(request), MEMBERS);
  const { method } = request;
  if (typeof method !== 'string' || !METHODS.has(method)) {
    throw new WarmfhirError('body-invalid', `The request has the method ${shown(method)}.`);
  }
  const headers: Record<string, string> = {};
  for (const [member, header] of HEADERS) {
    const given = request[member];
    if (given === undefined) continue;
    // A header is one line.
    if (typeof given !== 'string' || /[\r\n\0]/.test(given)) {
      throw new WarmfhirError('body-invalid', `The request has an ${member} that is no text.`);
    }
    headers[header] = given;
  }
  const url = relativeUrl(request.url, bases);
  // What is at the base itself can be searched, and nothing else.
  if (url === '' || (url.startsWith('?') && method !== 'GET' && method !== 'HEAD')) {
    throw new WarmfhirError(
      'body-invalid',
      `The request has a url that takes no ${method}: ${shown(request.url)}.`,
    );
  }
  return { method: method as EntryMethod, url, headers };
}

function relativeUrl(url: unknown, bases: readonly string[]): string {
  if (typeof url !== 'string') throw new WarmfhirError('body-invalid', 'The request has no url.');
  const base = bases.find((each) => url.startsWith(`${each}/`) || url.startsWith(`${each}?`));
  // As in any address, a slash at the end means nothing.
  const relative = (base === undefined ? url : url.slice(base.length))
    .replace(/^\//, '')
    .replace(/^([^?]*[^?/])\/(?=\?|$)/, '$1');
  const [path = ''] = relative.split('?', 1);
  const steps = path.split('/');
  if (
    (path !== '' && !PATH.test(path)) ||
    steps.some((step) => /^\.+$/.test(step)) ||
    /\s|[\0-\x1f]/.test(relative)
  ) {
    throw new WarmfhirError(
      'body-invalid',
      `The request has a url that is none below the base: ${shown(url)}.`,
    );
  }
  return relative;
}

/** A search that is posted: https://hl7.org/fhir/R4/http.html#search */
export function isSearchPost({ method, url }: EntryRequest): boolean {
  return method === 'POST' && /(?:^|\/)_search(?:\?|$)/.test(url);
}

/** True for what changes nothing. */
export function isRead(request: EntryRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || isSearchPost(request);
}

/** In this order a Bundle's entries are carried out, reads last: https://hl7.org/fhir/R4/http.html#trules */
const ORDER: readonly EntryMethod[] = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET', 'HEAD'];

/** The place of a request in the order in which a Bundle's entries are carried out, from 0. */
export function orderOf(request: EntryRequest): number {
  return ORDER.indexOf(isRead(request) ? 'GET' : request.method);
}

/** The address of a resource, or of those that criteria select. */
export type ResourceAddress =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'instance'; readonly type: string; readonly id: string }
  | { readonly kind: 'criteria'; readonly type: string; readonly query: string }
  | { readonly kind: 'other' };

/** @throws resource-type-unknown, resource-id-invalid */
export function resourceAddress(url: string): ResourceAddress {
  const question = url.indexOf('?');
  const [type = '', id, ...rest] = (question === -1 ? url : url.slice(0, question)).split('/');
  if (type === '' || type === 'metadata' || /^[$_]/.test(type)) return { kind: 'other' };
  if (!isResourceType(type)) {
    throw new WarmfhirError('resource-type-unknown', `FHIR R4 has no resource type ${shown(type)}.`);
  }
  if (id === undefined) {
    return question === -1
      ? { kind: 'type', type }
      : { kind: 'criteria', type, query: url.slice(question + 1) };
  }
  if (rest.length > 0 || id.startsWith('$') || id.startsWith('_')) return { kind: 'other' };
  if (!isResourceId(id)) throw new WarmfhirError('resource-id-invalid');
  return question === -1 ? { kind: 'instance', type, id } : { kind: 'other' };
}
