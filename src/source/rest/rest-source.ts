import type { Clock } from '../../clock.ts';
import { WarmfhirError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { OpenSource, Source } from '../source.ts';
import type { BackOffOptions } from './back-off.ts';
import { FhirHttp } from './fhir-http.ts';
import { listedTypes } from './listed-types.ts';
import { PagedStream } from './paged-stream.ts';
import { ServerReferences } from './reference-fetcher.ts';

export interface RestSourceOptions {
  /** Base URL of the FHIR server. */
  readonly url: string;
  /** Types to fetch; by default those that the CapabilityStatement lists. */
  readonly types: readonly string[] | undefined;
  readonly pageSize: number;
  readonly parallelTypes: number;
  readonly resolveReferences: boolean;
  /** Sent to the server's own origin, to no other, and never logged. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly allowedOrigins: readonly string[];
  readonly timeoutMs: number;
  readonly backOff: BackOffOptions;
  readonly maxResourceBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A page is held in memory; several types are asked at once. */
const PAGE_TO_RESOURCE = 4;

/** A FHIR server: a stream for each resource type. https://hl7.org/fhir/R4/http.html */
export class RestSource implements Source {
  readonly #options: RestSourceOptions;
  readonly #baseUrl: string;

  /** Throws `ingest-source-invalid` for an address that cannot be asked. */
  constructor(options: RestSourceOptions) {
    this.#options = options;
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new WarmfhirError('ingest-source-invalid', 'The source is not an http or https address.');
    }
    if (url.username !== '' || url.password !== '') {
      throw new WarmfhirError(
        'ingest-source-invalid',
        'A source address does not take a user or password: use --header.',
      );
    }
    this.#baseUrl = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  }

  async open(signal: AbortSignal): Promise<OpenSource> {
    const { pageSize, maxResourceBytes, log, resolveReferences, parallelTypes } = this.#options;
    const baseUrl = this.#baseUrl;
    const http = new FhirHttp({
      ...this.#options,
      baseUrl,
      maxBodyBytes: maxResourceBytes * PAGE_TO_RESOURCE,
    });
    const named = this.#options.types;
    const types = named === undefined ? await this.#listedTypes(http, signal) : [...new Set(named)].sort();
    const streams = types.map(
      (type) => new PagedStream({ type, http, baseUrl, pageSize, maxResourceBytes, log }),
    );
    return {
      signature: JSON.stringify(['server', baseUrl, maxResourceBytes, resolveReferences, ...types]),
      streams,
      parallel: parallelTypes,
      baseUrl,
      progress: () => progressOf(streams),
      ...(resolveReferences ? { references: new ServerReferences({ http, baseUrl, log }) } : {}),
    };
  }

  async #listedTypes(http: FhirHttp, signal: AbortSignal): Promise<readonly string[]> {
    const answer = await http.get(`${this.#baseUrl}/metadata`, signal);
    if (answer.status === 200) return listedTypes(answer.body, this.#baseUrl);
    throw new WarmfhirError(
      'ingest-source-invalid',
      `${this.#baseUrl}/metadata answered with status ${answer.status}: name the types with --types.`,
    );
  }
}

/** Known once every type has told how many resources it has. */
function progressOf(streams: readonly PagedStream[]): number | undefined {
  let taken = 0;
  let total = 0;
  for (const { progress } of streams) {
    if (progress.total === undefined) return undefined;
    taken += progress.taken;
    total += progress.total;
  }
  return total === 0 ? undefined : Math.min(1, taken / total);
}
