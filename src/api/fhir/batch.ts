import { WarmfhirError } from '../../errors.ts';
import { outcomeOfError } from '../../fhir/outcome.ts';
import { isSearchPost, orderOf } from '../../transaction/entry-request.ts';
import { patchBody } from '../../transaction/patch-body.ts';
import type { BatchEntry, OpenBundle } from '../../transaction/request-bundles.ts';
import { responseBundle, statusLine } from '../../transaction/transaction-response.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import type { InnerReply } from '../dispatch.ts';
import { innerRequest, responseEntry } from './inner-request.ts';
import { chosenReturn } from './preference.ts';
import { searchForm } from './search-form.ts';

/** Entries that are in memory, and under way, at once. */
const TOGETHER = 64;

/**
 * Answers a batch: each entry as if it had come by itself, in the order of a transaction, reads last. Entries of one method go
 * together, so that many writes share a commit. https://hl7.org/fhir/R4/http.html#brules
 */
export async function batchResponse(
  api: ApiContext,
  bundle: OpenBundle,
  count: number,
  request: ApiRequest,
): Promise<Buffer> {
  const answers: string[] = new Array(count);
  for (let from = 0; from < count; from += TOGETHER) {
    const entries = await bundle.entries(from, TOGETHER);
    for (const run of runsOfMethods(entries)) {
      const replies = await Promise.all(run.map((entry) => batchEntry(api, request, entry)));
      for (const [position, { index }] of run.entries()) answers[index] = replies[position]!;
    }
  }
  return Buffer.from(responseBundle('batch', answers));
}

function runsOfMethods(entries: readonly BatchEntry[]): readonly BatchEntry[][] {
  return [...Map.groupBy(entries, (entry) => (entry.ok ? orderOf(entry.request) : undefined)).values()];
}

async function batchEntry(api: ApiContext, request: ApiRequest, entry: BatchEntry): Promise<string> {
  if (!entry.ok) return refused(new WarmfhirError(entry.code, entry.detail, entry));
  try {
    return responseEntry(api, request, entry.index, await answered(api, request, entry));
  } catch (error) {
    if (error instanceof WarmfhirError) return refused(error.inEntry(entry.index));
    throw error;
  }
}

function answered(
  api: ApiContext,
  request: ApiRequest,
  { request: asked, resource }: Extract<BatchEntry, { ok: true }>,
): Promise<InnerReply> {
  const prefer = preferOf(request);
  if (resource === undefined) return api.dispatch(innerRequest(request, asked, { headers: { prefer } }));
  const sent = isSearchPost(asked)
    ? searchForm(resource)
    : asked.method === 'PATCH'
      ? patchBody(resource)
      : { type: 'application/fhir+json', body: resource };
  const headers = { prefer, 'content-type': sent.type };
  return api.dispatch(innerRequest(request, asked, { headers, body: sent.body }));
}

/** What the client prefers for the Bundle holds for its entries; of what they write it gets little unless it asks. */
function preferOf(request: ApiRequest): string {
  const given = [request.headers.prefer ?? []].flat();
  return (chosenReturn(request) === undefined ? [...given, 'return=minimal'] : given).join(', ');
}

function refused(error: WarmfhirError): string {
  const response = JSON.stringify({ status: statusLine(error.status) });
  return `{"response":${response.slice(0, -1)},"outcome":${outcomeOfError(error)}}}`;
}
