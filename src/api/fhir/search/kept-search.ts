import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { shown } from '../../../fhir/search/search-value.ts';
import type { ApiContext } from '../../api-context.ts';
import type { Parameter, SearchRequest } from './search-request.ts';

/** Longer queries are not put into links: some clients and proxies take addresses of 2,048 characters at most. */
const LONGEST_QUERY = 1500;

/** Longer ones are not kept: they would fill the store. */
const LONGEST_KEPT = 1_000_000;

const KEPT_MS = 24 * 60 * 60_000;

/** The parameters of a search, those of one that was kept put in. Throws `page-token-invalid`, `parameter-invalid`. */
export async function searchParameters(
  api: ApiContext,
  collection: TenantCollection,
  { search, kept }: SearchRequest,
): Promise<readonly Parameter[]> {
  if (kept === undefined) return search;
  if (search.length > 0) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter _kept stands for a whole search: ${shown(search[0]![0])} cannot be added to it.`,
    );
  }
  const found = await collection.store.keptSearch(kept, api.clock.now());
  if (found === undefined) {
    throw new WarmfhirError(
      'page-token-invalid',
      'The search of this link is not kept for this tenant any more.',
    );
  }
  return [...new URLSearchParams(found.text)];
}

/**
 * What stands for a search in links: its own text, or where that is too long the hash it is kept under.
 *
 * @param text the query of the search
 * @throws body-too-large for one that is longer than can be kept
 */
export function linkQuery(
  api: ApiContext,
  collection: TenantCollection,
  text: string,
): string | Promise<string> {
  return text.length <= LONGEST_QUERY ? text : keptQuery(api, collection, text);
}

async function keptQuery(api: ApiContext, collection: TenantCollection, text: string): Promise<string> {
  if (text.length > LONGEST_KEPT) {
    throw new WarmfhirError('body-too-large', `The search is longer than ${LONGEST_KEPT} characters.`);
  }
  const hash = api.store.sign(JSON.stringify(['search', collection.tenant, text]));
  const now = api.clock.now();
  const kept = await collection.store.keptSearch(hash, now);
  // Who goes on using a link keeps it alive; not each time, because that is a write.
  if (kept === undefined || kept.expires < now + KEPT_MS / 2) {
    await collection.store.keepSearch({ hash, text, expires: now + KEPT_MS, now });
  }
  return `_kept=${hash}`;
}
