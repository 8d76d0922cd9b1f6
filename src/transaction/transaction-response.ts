import { STATUS_CODES } from 'node:http';
import { etag } from '../fhir/entity-tag.ts';
import { operationOutcome } from '../fhir/outcome.ts';
import { stamp } from '../fhir/resource-content.ts';
import { type BulkResult, type BulkResults, readBulkResults, readBulkWrites } from '../store/bulk-write.ts';
import type { EntryTarget } from './entry-target.ts';
import type { TransactionWrites } from './transaction-writes.ts';

/** What the answer says of each resource that was written. */
export type EntryReturn = 'minimal' | 'representation' | 'operationoutcome';

/** `200 OK`. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}

/**
 * The Bundle that answers a transaction, its entries in the order of the request.
 *
 * @param answer.base base URL, without a slash at the end
 * @param answer.read JSON texts of the entries that read, by position
 */
export function transactionResponse(
  written: TransactionWrites,
  answer: {
    readonly results: BulkResults;
    readonly read: ReadonlyMap<number, string>;
    readonly base: string;
    readonly prefer: EntryReturn;
  },
): string {
  const { base, prefer, read } = answer;
  const results = readBulkResults(answer.results);
  const byEntry = new Map<number, BulkResult[]>();
  for (const [position, result] of results.entries()) {
    // Resolutions, which come last, are of no entry.
    const index = written.entries[position] ?? -1;
    byEntry.set(index, [...(byEntry.get(index) ?? []), result]);
  }
  const bodies = prefer === 'representation' ? representations(written, results) : new Map<number, string>();
  const entries = written.targets.map((target, index) => {
    const own = read.get(index);
    if (own !== undefined) return own;
    return writtenEntry(target, byEntry.get(index) ?? [], { base, prefer, json: bodies.get(index) });
  });
  return responseBundle('transaction', entries);
}

/** @param entries JSON texts */
export function responseBundle(type: 'batch' | 'transaction', entries: readonly string[]): string {
  const entry = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`;
  return `{"resourceType":"Bundle","type":"${type}-response"${entry}}`;
}

function writtenEntry(
  target: EntryTarget,
  results: readonly BulkResult[],
  {
    base,
    prefer,
    json,
  }: { readonly base: string; readonly prefer: EntryReturn; readonly json: string | undefined },
): string {
  const [result] = results;
  if (target.action === 'none' || target.action === 'delete' || result?.version === undefined) {
    const version = target.action === 'delete' && results.length === 1 ? result?.version : undefined;
    const response = { status: statusLine(204), ...(version === undefined ? {} : { etag: etag(version) }) };
    return JSON.stringify({ response });
  }
  const { type, id } = target;
  const { status, version, lastUpdated } = result;
  const location = `${type}/${id}/_history/${version}`;
  const response = JSON.stringify({
    status: statusLine(status === 'created' ? 201 : 200),
    location,
    etag: etag(version),
    lastModified: new Date(lastUpdated!).toISOString(),
  });
  const resource = json === undefined ? '' : `,"resource":${json}`;
  const outcome =
    prefer === 'operationoutcome' ? `,"outcome":${writtenOutcome(`${type}/${id}`, result)}` : '';
  return `{"fullUrl":"${base}/${type}/${id}"${resource},"response":${response.slice(0, -1)}${outcome}}}`;
}

function writtenOutcome(key: string, { status, version }: BulkResult): string {
  const what = status === 'unchanged' ? 'is there already' : `was ${status}`;
  const diagnostics = `${key} ${what} as version ${version}.`;
  return operationOutcome({ severity: 'information', code: 'informational', diagnostics });
}

/** The resources as they were stored, by position of their entry. */
function representations(written: TransactionWrites, results: readonly BulkResult[]): Map<number, string> {
  const bodies = new Map<number, string>();
  let position = 0;
  for (const write of readBulkWrites(written.writes)) {
    const result = results[position]!;
    if ('content' in write && result.version !== undefined) {
      bodies.set(written.entries[position]!, stamp(write.content, result.version, result.lastUpdated!));
    }
    position++;
  }
  return bodies;
}
