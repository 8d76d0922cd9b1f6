import { WarmfhirError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { RawBatchBuilder } from '../raw-batch.ts';
import type { RawBatch, SourceStream } from '../source.ts';
import { type FhirAnswer, type FhirHttp, withoutQuery } from './fhir-http.ts';
import { readPage } from './search-page.ts';

export interface PagedStreamOptions {
  readonly type: string;
  readonly http: FhirHttp;
  readonly baseUrl: string;
  readonly pageSize: number;
  readonly maxResourceBytes: number;
  readonly log: Log;
}

interface Checkpoint {
  /** The page that comes next. */
  readonly url: string;
  readonly position: number;
}

/** A page that the server no longer knows: its links live for a while only. */
const EXPIRED: ReadonlySet<number> = new Set([400, 404, 410]);

/** All resources of one type, page by page along the server's `next` links. */
export class PagedStream implements SourceStream {
  readonly name: string;
  readonly #options: PagedStreamOptions;
  #taken = 0;
  #total: number | undefined;
  #done = false;

  constructor(options: PagedStreamOptions) {
    this.#options = options;
    this.name = options.type;
  }

  /** Resources taken and in all; the total is undefined until the server says it. */
  get progress(): { readonly taken: number; readonly total: number | undefined } {
    return { taken: this.#taken, total: this.#done ? this.#taken : this.#total };
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RawBatch> {
    const { type, http, baseUrl, pageSize, maxResourceBytes, log } = this.#options;
    const first = `${baseUrl}/${type}?_count=${pageSize}`;
    const start: Checkpoint =
      checkpoint === undefined ? { url: first, position: 0 } : (JSON.parse(checkpoint) as Checkpoint);
    this.#taken = start.position;
    const seen = new Set<string>();
    let { position } = start;
    let url = start.url;
    while (!signal.aborted) {
      seen.add(url);
      let answer = await http.get(url, signal);
      if (url === start.url && url !== first && EXPIRED.has(answer.status)) {
        log.warn(
          { type, status: answer.status },
          'The page to go on with has expired: this type starts again.',
        );
        seen.clear();
        url = first;
        seen.add(url);
        answer = await http.get(url, signal);
      }
      assertAnswered(answer);
      const page = readPage(answer, { baseUrl, position, maxResourceBytes });
      position += page.items.length;
      this.#taken = position;
      this.#total ??= page.total;
      const { next } = page;
      if (next !== undefined && seen.has(next)) {
        throw new WarmfhirError(
          'ingest-source-invalid',
          `The next links of ${withoutQuery(url)} lead in a circle.`,
        );
      }
      const batch = new RawBatchBuilder();
      for (const item of page.items) batch.add(item);
      this.#done = next === undefined;
      yield batch.take({ url: next ?? url, position }, next === undefined);
      if (next === undefined) return;
      url = next;
    }
  }
}

function assertAnswered({ status, url }: FhirAnswer): void {
  if (status === 200) return;
  const advice = status === 401 || status === 403 ? 'pass what it asks for with --header' : 'see --types';
  throw new WarmfhirError(
    'ingest-source-invalid',
    `${withoutQuery(url)} answered with status ${status}: ${advice}.`,
  );
}
