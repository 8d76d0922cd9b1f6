import type { StoredDocument } from './document.ts';
import type { SearchPage } from './search.ts';

/** Plain values of a document, one after the other. */
type PackedDocument = readonly [
  type: string,
  id: string,
  version: number,
  lastUpdated: number,
  reviewTime: number | null,
  json: string,
];

const WIDTH = 6;

/** A page as it crosses threads: a list of plain values is copied in a fraction of the time that objects take. */
export interface PackedPage {
  readonly values: readonly PackedDocument[number][];
  readonly matches: number;
  readonly total?: number | undefined;
  readonly next?: string | undefined;
  readonly previous?: string | undefined;
}

export function packPage({ matches, included, total, next, previous }: SearchPage): PackedPage {
  const values: PackedDocument[number][] = [];
  for (const documents of [matches, included]) {
    for (const { type, id, version, lastUpdated, reviewTime, json } of documents) {
      values.push(type, id, version, lastUpdated, reviewTime, json);
    }
  }
  return { values, matches: matches.length, total, next, previous };
}

export function unpackPage({ values, matches, total, next, previous }: PackedPage): SearchPage {
  const documents: StoredDocument[] = [];
  for (let at = 0; at < values.length; at += WIDTH) {
    const reviewTime = values[at + 4] as number | null;
    documents.push({
      deleted: false,
      type: values[at] as string,
      id: values[at + 1] as string,
      version: values[at + 2] as number,
      lastUpdated: values[at + 3] as number,
      reviewed: reviewTime !== null,
      reviewTime,
      json: values[at + 5] as string,
    });
  }
  const included = documents.splice(matches);
  return {
    ...{ matches: documents, included },
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next }),
    ...(previous === undefined ? {} : { previous }),
  };
}
