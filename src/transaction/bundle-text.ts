import { isUtf8 } from 'node:buffer';
import { WarmfhirError } from '../errors.ts';
import { shown } from '../fhir/parse-resource.ts';
import { type BundleEntry, BundleSplitter } from '../source/bundle-splitter.ts';
import { objectMembers, parsedMember, type ValueRange } from '../source/object-members.ts';
import { type EntryRequest, entryRequest } from './entry-request.ts';
import { requireMembers } from './known-members.ts';

/** Members of `Bundle` in R4. */
const BUNDLE_MEMBERS: ReadonlySet<string> = new Set(
  'resourceType id meta implicitRules language identifier type timestamp total link entry signature'.split(
    ' ',
  ),
);
/** Members of `Bundle.entry` in R4. */
const ENTRY_MEMBERS: ReadonlySet<string> = new Set(
  'id extension modifierExtension link fullUrl resource search request response'.split(' '),
);

/** An entry, its resource unread. */
export interface RequestEntry {
  readonly request: EntryRequest;
  readonly fullUrl: string | undefined;
  /** JSON text; absent where the entry has none. */
  readonly resource: Uint8Array | undefined;
}

/** A Bundle of requests as it was sent. */
export interface RequestBundle {
  readonly type: 'batch' | 'transaction';
  /** Texts of the entries, in order. */
  readonly entries: readonly Uint8Array[];
}

/**
 * Cuts a Bundle of type batch or transaction into its entries, which stay unread.
 *
 * @throws encoding-invalid, json-malformed, json-duplicate-key, body-invalid
 */
export function readBundle(body: Uint8Array): RequestBundle {
  if (!isUtf8(body)) throw new WarmfhirError('encoding-invalid', 'The body is not valid UTF-8.');
  const members = ['resourceType', 'type'];
  const splitter = new BundleSplitter({ maxEntryBytes: body.length, members });
  const entries = Array.from(splitter.push(body), ({ bytes }: BundleEntry) => bytes!);
  splitter.end();
  if (splitter.problem !== undefined) throw new WarmfhirError('json-malformed', splitter.problem.reason);
  if (splitter.repeatedKey !== undefined) throw repeated('Bundle', splitter.repeatedKey);
  const [resourceType, type] = members.map((name) => memberValue(splitter.members.get(name)));
  if (resourceType !== 'Bundle') {
    throw new WarmfhirError('body-invalid', `The base takes a Bundle, not ${shown(resourceType)}.`);
  }
  if (type !== 'batch' && type !== 'transaction') {
    throw new WarmfhirError('body-invalid', `The base takes a batch or a transaction, not ${shown(type)}.`);
  }
  requireMembers('A Bundle', splitter.keys, BUNDLE_MEMBERS);
  return { type, entries };
}

/**
 * Takes an entry apart.
 *
 * @throws json-malformed, json-duplicate-key, body-invalid
 */
export function readRequestEntry(text: Uint8Array, bases: readonly string[]): RequestEntry {
  const members = objectMembers(text, (key) => {
    throw repeated('entry', key);
  });
  if (members === undefined) throw new WarmfhirError('json-malformed', 'The entry is not a JSON object.');
  requireMembers('An entry', members.keys(), ENTRY_MEMBERS);
  const fullUrl = parsedMember(text, members.get('fullUrl'));
  if (fullUrl !== undefined && typeof fullUrl !== 'string') {
    throw new WarmfhirError('body-invalid', 'The entry has a fullUrl that is no text.');
  }
  const asked = slice(text, members.get('request'));
  if (asked !== undefined) {
    objectMembers(asked, (key) => {
      throw repeated('request', key);
    });
  }
  const request = entryRequest(memberValue(asked), bases);
  return { request, fullUrl, resource: slice(text, members.get('resource')) };
}

function repeated(of: string, key: string): WarmfhirError {
  return new WarmfhirError('json-duplicate-key', `The ${of} holds the key ${shown(key)} twice.`);
}

function slice(text: Uint8Array, range: ValueRange | undefined): Uint8Array | undefined {
  return range === undefined ? undefined : text.subarray(range.start, range.end);
}

function memberValue(text: Uint8Array | undefined): unknown {
  return text === undefined ? undefined : parsedMember(text, { start: 0, end: text.length });
}
