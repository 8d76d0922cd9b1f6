import { WarmfhirError } from '../../errors.ts';
import { entryItem, MAX_ENTRY_WRAPPING_BYTES } from '../bundle-entry.ts';
import { BundleSplitter } from '../bundle-splitter.ts';
import type { RawItem } from '../source.ts';
import { type FhirAnswer, withoutQuery } from './fhir-http.ts';

export interface SearchPage {
  readonly items: readonly RawItem[];
  /** Absolute address of the next page. */
  readonly next: string | undefined;
  /** `Bundle.total`, where the server says it. */
  readonly total: number | undefined;
}

export interface ReadPageOptions {
  readonly baseUrl: string;
  /** Position in the stream of the page's first item. */
  readonly position: number;
  readonly maxResourceBytes: number;
}

/** One page of a search. Throws `ingest-source-invalid` when the answer is not a searchset Bundle. */
export function readPage(answer: FhirAnswer, options: ReadPageOptions): SearchPage {
  const splitter = new BundleSplitter({
    maxEntryBytes: options.maxResourceBytes + MAX_ENTRY_WRAPPING_BYTES,
    members: ['resourceType', 'link', 'total'],
  });
  const source = withoutQuery(answer.url);
  const items: RawItem[] = [];
  for (const entry of splitter.push(answer.body)) {
    const origin = { source, line: entry.number, offset: entry.offset };
    const item = entryItem(entry, origin, options.position + items.length, options.maxResourceBytes);
    if (item !== undefined) items.push(item);
  }
  splitter.end();
  const member = (name: string) => parsed(splitter.members.get(name));
  if (splitter.problem !== undefined || member('resourceType') !== 'Bundle') {
    throw new WarmfhirError('ingest-source-invalid', `${source} answered something that is not a Bundle.`);
  }
  const total = member('total');
  return {
    items,
    next: nextUrl(member('link'), answer.url, options.baseUrl),
    total: typeof total === 'number' ? total : undefined,
  };
}

/**
 * Where the `next` link leads: absolute, with a path from the root, or a query alone as the URL standard says; any
 * other relative link counts from the service's base, as FHIR says.
 */
function nextUrl(links: unknown, pageUrl: string, baseUrl: string): string | undefined {
  if (!Array.isArray(links)) return undefined;
  const next = links.find((link: { relation?: unknown } | null) => link?.relation === 'next') as
    | { url?: unknown }
    | undefined;
  if (typeof next?.url !== 'string' || next.url === '') return undefined;
  const base = /^(\?|\/)/.test(next.url) ? pageUrl : `${baseUrl}/`;
  if (URL.canParse(next.url, base)) return new URL(next.url, base).href;
  throw new WarmfhirError(
    'ingest-source-invalid',
    `${withoutQuery(pageUrl)} has a next link that is no address.`,
  );
}

function parsed(json: Uint8Array | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(json).toString());
  } catch {
    return undefined;
  }
}
