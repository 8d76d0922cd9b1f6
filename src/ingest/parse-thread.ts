/** The thread that parses: it turns raw batches into what the store is given. */
import { workerData } from 'node:worker_threads';
import { Extraction } from '../fhir/search/extraction.ts';
import { serveBatches } from '../threads/serve-batches.ts';
import { EntryReferences } from './entry-references.ts';
import { parseItem } from './parse-item.ts';
import type { ParsedItem, ParseRequest, ParseThreadData } from './parse-request.ts';

const { baseUrls } = workerData as ParseThreadData;
const extraction = new Extraction();
/** By stream: references of the Bundle that it is in. */
const bundles = new Map<number, EntryReferences>();

function parse({ stream, bytes, items }: ParseRequest): ParsedItem[] {
  const parsed: ParsedItem[] = [];
  let references = bundles.get(stream) ?? new EntryReferences();
  for (const item of items) {
    if (item.kind === 'entry-urls') {
      if (item.start) references = new EntryReferences();
      references.add(item.urls);
    } else {
      const { id, base } = item;
      const context = { id, base, references, baseUrls, extraction };
      parsed.push(parseItem(bytes.subarray(item.start, item.end), context));
    }
  }
  bundles.set(stream, references);
  return parsed;
}

serveBatches<ParseRequest, ParsedItem[]>((batch) =>
  batch.map((request) => ({ ok: true, value: parse(request) })),
);
