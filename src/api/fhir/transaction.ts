import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { type ErrorCode, WarmfhirError } from '../../errors.ts';
import { expectedVersion } from '../../fhir/entity-tag.ts';
import { type BulkResults, packResults } from '../../store/bulk-write.ts';
import { masterVersion } from '../../store/document.ts';
import type { Expectation } from '../../store/write.ts';
import type { Lookups } from '../../transaction/entry-target.ts';
import { JSON_PATCH, patchBody } from '../../transaction/patch-body.ts';
import type { BundleOutline, OpenBundle, PatchEntry, ReadEntry } from '../../transaction/request-bundles.ts';
import { type Criteria, criteriaKey, inEntry } from '../../transaction/transaction-plan.ts';
import type { Decisions, PatchedEntry } from '../../transaction/transaction-writes.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import type { InnerReply } from '../dispatch.ts';
import { currentVersion } from './change-resource.ts';
import { findMatches } from './criteria.ts';
import { innerRequest, responseEntry } from './inner-request.ts';
import { chosenReturn } from './preference.ts';
import { ReferenceResolution } from './reference-resolution.ts';
import { searchForm } from './search-form.ts';

type Outline = Extract<BundleOutline, { type: 'transaction' }>;

/** So often a transaction is put together anew when others have changed what it was looked up or patched for. */
const MOST_ATTEMPTS = 20;
/** Criteria that are looked up at once. */
const TOGETHER = 64;
/** Errors of a transaction that cannot read something, by the status that it would be answered with. */
const READ_ERRORS: ReadonlyMap<number, ErrorCode> = new Map([
  [404, 'resource-not-found'],
  [410, 'resource-gone'],
  [422, 'search-too-costly'],
  [503, 'store-unavailable'],
]);
/** What a transaction that was looked up for is put together anew for. */
const MOVED: ReadonlySet<string> = new Set(['version-conflict', 'write-contended']);

/**
 * Carries out a transaction: all of it in one transaction of the store, or nothing. What it reads is read when everything
 * has been written. https://hl7.org/fhir/R4/http.html#trules
 */
export async function transactionResponse(
  api: ApiContext,
  collection: TenantCollection,
  bundle: OpenBundle,
  outline: Outline,
  request: ApiRequest,
): Promise<Buffer> {
  await requireReadable(api, outline, request);
  const results = await writeAll(api, collection, bundle, outline, [fhirBaseUrl(api, request)]);
  const read = new Map<number, string>();
  for (const entry of outline.reads) {
    read.set(entry.index, responseEntry(api, request, entry.index, await answered(api, request, entry)));
  }
  const prefer = chosenReturn(request) ?? 'minimal';
  const bytes = await bundle.response({ results, read, base: fhirBaseUrl(api, request), prefer });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A search that would fail fails the transaction before anything is written. */
async function requireReadable(
  api: ApiContext,
  { reads, isReadOnly }: Outline,
  request: ApiRequest,
): Promise<void> {
  for (const entry of reads) {
    const { index, request: asked, isRequired } = entry;
    if (isRequired && !isReadOnly) continue;
    const { status, body } = await answered(api, request, entry);
    if (status < 400) continue;
    throw new WarmfhirError(
      READ_ERRORS.get(status) ?? 'body-invalid',
      `The answer to ${asked.method} ${asked.url} would be ${status}: ${reason(body)}`,
    ).inEntry(index);
  }
}

/** The answer to an entry that reads. Throws what is wrong with the form of a posted search. */
function answered(
  api: ApiContext,
  request: ApiRequest,
  { index, request: asked, resource }: ReadEntry,
): Promise<InnerReply> {
  if (resource === undefined) return api.dispatch(innerRequest(request, asked));
  const { type, body } = inEntry(index, () => searchForm(resource));
  return api.dispatch(innerRequest(request, asked, { headers: { 'content-type': type }, body }));
}

function reason(outcome: string): string {
  try {
    return String(JSON.parse(outcome).issue[0].diagnostics);
  } catch {
    return 'no reason given.';
  }
}

async function writeAll(
  api: ApiContext,
  collection: TenantCollection,
  bundle: OpenBundle,
  outline: Outline,
  bases: readonly string[],
): Promise<BulkResults> {
  const isDecided = outline.patches.length + outline.criteria.length > 0;
  const resolution = new ReferenceResolution(api, collection, bases);
  for (let attempt = 1; ; attempt++) {
    const decisions = await decide(api, collection, outline, { bases, resolution });
    const { writes, references } = await bundle.writes(decisions);
    // A tenant that has changed nothing is not to own anything for having read.
    if (outline.isReadOnly) return packResults([]);
    const all = { chunks: [...writes.chunks, ...(await resolution.writes(references)).chunks] };
    try {
      const results = await collection.writeBulk(all, api.clock.now());
      if (!results.isUndone) return results;
      resolution.settle(references, results);
      if (attempt === MOST_ATTEMPTS) throw new WarmfhirError('write-contended');
    } catch (error) {
      const isConflict = error instanceof WarmfhirError && MOVED.has(error.code);
      if (!isConflict || !isDecided || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Looks up what criteria match, and makes what patches come to. */
async function decide(
  api: ApiContext,
  collection: TenantCollection,
  outline: Outline,
  { bases, resolution }: { readonly bases: readonly string[]; readonly resolution: ReferenceResolution },
): Promise<Decisions> {
  const lookups = new Map<string, readonly string[]>();
  const expectations: Expectation[] = [];
  const criteria = outline.criteria.filter(
    (each) => each.decides || !resolution.settled.has(criteriaKey(each)),
  );
  for (let from = 0; from < criteria.length; from += TOGETHER) {
    const part = criteria.slice(from, from + TOGETHER);
    const found = await Promise.all(
      part.map((criteria) =>
        findMatches(api, collection, criteria, { all: criteria.all, bases }).catch((error) => {
          throw error instanceof WarmfhirError ? error.inEntry(criteria.index) : error;
        }),
      ),
    );
    for (const [index, { ids, expectation }] of found.entries()) {
      lookups.set(criteriaKey(part[index]!), ids);
      if (part[index]!.decides) expectations.push(expectation);
      resolution.know(part[index]!, expectation.criterion);
    }
  }
  const patched = await Promise.all(
    outline.patches.map((patch) => patchedEntry(api, collection, patch, lookups)),
  );
  const firstVersion = masterVersion(collection.generation);
  return { lookups, settled: resolution.settled, expectations, patched, firstVersion };
}

async function patchedEntry(
  api: ApiContext,
  collection: TenantCollection,
  { index, target, ifMatch, resource }: PatchEntry,
  lookups: Lookups,
): Promise<PatchedEntry> {
  try {
    const { type, body } = patchBody(resource);
    const expected = expectedVersion(ifMatch);
    const id = 'id' in target ? target.id : patchedId(target, lookups.get(criteriaKey(target)) ?? []);
    const patch = { form: type === JSON_PATCH ? 'json-patch' : 'fhirpath-patch', body } as const;
    const { version, json } = await currentVersion(api, collection.tenant, {
      ...{ type: target.type, id },
      ...(expected === undefined ? {} : { ifMatch: expected }),
    });
    return { index, id, version, text: await api.patcher.apply(collection.tenant, json, patch) };
  } catch (error) {
    throw error instanceof WarmfhirError ? error.inEntry(index) : error;
  }
}

function patchedId({ type, query }: Criteria, ids: readonly string[]): string {
  if (ids.length === 1) return ids[0]!;
  throw ids.length === 0
    ? new WarmfhirError('resource-not-found', `Nothing matches ${type}?${query}.`)
    : new WarmfhirError('criteria-ambiguous', `Several resources match ${type}?${query}.`);
}
