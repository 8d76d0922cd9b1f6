import { WarmfhirError } from '../../errors.ts';
import { isResourceId } from '../../fhir/resource-id.ts';
import { isResourceType } from '../../fhir/resource-type.ts';
import type { Log } from '../../log.ts';
import type { FetchedResource, ReferenceFetcher, ReferenceKey } from '../source.ts';
import { type FhirHttp, withoutQuery } from './fhir-http.ts';

/** `Type/id`, also with a version, at the end of a reference; in front of it a base or nothing. */
const LITERAL =
  /^(?:(https?:\/\/[^?#]+)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** What a server answers for a resource that it does not have or does not give to us. */
const ABSENT: ReadonlySet<number> = new Set([400, 403, 404, 410]);

/** Fetches what literal references of a server's resources mean. */
export class ServerReferences implements ReferenceFetcher {
  readonly #http: FhirHttp;
  readonly #baseUrl: string;
  readonly #log: Log;
  readonly #refused = new Set<string>();

  constructor(options: { readonly http: FhirHttp; readonly baseUrl: string; readonly log: Log }) {
    this.#http = options.http;
    this.#baseUrl = options.baseUrl;
    this.#log = options.log;
  }

  keyOf(reference: string): ReferenceKey | undefined {
    const [, base = this.#baseUrl, type = '', id = ''] = LITERAL.exec(reference) ?? [];
    if (!isResourceType(type) || !isResourceId(id)) return undefined;
    const url = `${base}/${type}/${id}`;
    if (!URL.canParse(url)) return undefined;
    if (this.#http.mayAsk(url)) return { type, id, url };
    const { origin } = new URL(url);
    if (!this.#refused.has(origin)) {
      this.#refused.add(origin);
      this.#log.warn(
        { origin },
        'References lead to another origin and are not followed: see --allow-origin.',
      );
    }
    return undefined;
  }

  async fetch(key: ReferenceKey, signal: AbortSignal): Promise<FetchedResource | undefined> {
    const answer = await this.#http.get(key.url, signal);
    if (ABSENT.has(answer.status)) return undefined;
    if (answer.status === 200) {
      return { bytes: answer.body, origin: { source: withoutQuery(answer.url), line: 1, offset: 0 } };
    }
    throw new WarmfhirError(
      'ingest-source-invalid',
      `${withoutQuery(key.url)} answered with status ${answer.status}.`,
    );
  }
}
