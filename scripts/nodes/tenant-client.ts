import type { Random } from '../../src/sample/random.ts';
import type { OneRequest } from '../../test/nodes/one-request.ts';
import {
  type DocumentState,
  type DocumentVersion,
  MarkedDocument,
  type MarkedResource,
  sameState,
  versionOf,
} from './marked-document.ts';
import type { NodeSession } from './node-session.ts';
import { TransactionPair } from './transaction-pair.ts';

/** Milliseconds between two requests of one client, on average: the load is to be mixed, not heavy. */
const PAUSE_MS = 100;

/** How often a document is asked for when all nodes run undisturbed, and milliseconds between. */
const ATTEMPTS = 50;
const ATTEMPT_MS = 200;

/**
 * A client that alone writes some documents of its tenant, one request at a time, and holds everything that any node
 * says of them against what was acknowledged before.
 */
export class TenantClient {
  /** All that it writes. */
  readonly documents: readonly MarkedDocument[];
  readonly session: NodeSession;
  readonly #single: readonly MarkedDocument[];
  readonly #pair: TransactionPair;
  readonly #random: Random;
  #marker = 0;

  /** @param pair ids of two documents that it writes by transactions */
  constructor(
    session: NodeSession,
    documents: readonly MarkedDocument[],
    pair: readonly [string, string],
    random: Random,
  ) {
    this.session = session;
    const [one, other] = pair;
    this.#pair = new TransactionPair(session, [
      new MarkedDocument('Basic', one, false),
      new MarkedDocument('Basic', other, false),
    ]);
    this.#single = documents;
    this.documents = [...documents, ...this.#pair.documents];
    this.#random = random;
  }

  /** Sends requests until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const dice = this.#random.next();
      if (dice < 0.35) await this.#read(this.#any(this.documents));
      else if (dice < 0.45) await this.#search();
      else if (dice < 0.5) await this.#pair.look();
      else if (dice < 0.6) await this.#catchUp(this.#any(this.documents));
      else if (dice < 0.62) await this.session.send('/cool-down-tenant', { method: 'POST' });
      else if (dice < 0.72) await this.#pair.write(this.#nextMarker('pair'));
      else await this.#write(this.#any(this.#single));
      await new Promise((resolve) => setTimeout(resolve, this.#random.next() * PAUSE_MS * 2));
    }
  }

  /** Looks at every document and its history, when all nodes run undisturbed. */
  async verify(): Promise<void> {
    for (const document of this.documents) {
      for (let attempt = 0; ; attempt += 1) {
        if ((await this.#catchUp(document)) && (await this.#read(document))) break;
        if (attempt === ATTEMPTS) {
          return this.session.violation(`${document.path} cannot be read: ${this.session.failure}`);
        }
        await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
      }
    }
    this.#pair.verify();
  }

  /** False where no answer came. */
  async #read(document: MarkedDocument): Promise<boolean> {
    const reply = await this.session.send(document.path);
    if (typeof reply === 'string') return false;
    const found = reply.status === 200 ? versionOf(JSON.parse(reply.body) as MarkedResource) : undefined;
    const { current } = document;
    const isCurrent =
      found === undefined
        ? (reply.status === 410) === (current?.marker === null) && !document.exists
        : found.version === current?.version && sameState(found, current);
    return isCurrent || this.#catchUp(document, `read: ${JSON.stringify(found ?? reply.status)}`);
  }

  /** Asks for all settled documents of a type at once. */
  async #search(): Promise<void> {
    const settled = this.documents.filter(({ isUnsettled, type }) => !isUnsettled && type === 'Basic');
    const ids = settled.map(({ id }) => id).join(',');
    if (ids === '') return;
    const reply = await this.session.send(`/fhir/Basic?_count=100&_total=accurate&_id=${ids}`);
    if (typeof reply === 'string') return;
    const { entry = [], total } = JSON.parse(reply.body) as {
      readonly entry?: readonly { readonly resource: MarkedResource }[];
      readonly total: number;
    };
    const found = new Map(entry.map(({ resource }) => [resource.id, versionOf(resource)]));
    const living = settled.filter(({ exists }) => exists);
    for (const { id, current } of living) {
      if (!sameState(found.get(id), current)) {
        this.session.violation(
          `search: ${id} is ${JSON.stringify(found.get(id))}, not ${JSON.stringify(current)}`,
        );
      }
    }
    if (total !== living.length || found.size !== living.length) {
      this.session.violation(`search: ${found.size} of ${total} found instead of ${living.length}`);
    }
  }

  /**
   * Reads a document's history: what is newer than the last acknowledged version has to be writes that were not
   * answered, and everything acknowledged has to be there. False where no answer came.
   *
   * @param because what was seen that does not fit what is known, so that there must be something newer
   */
  async #catchUp(document: MarkedDocument, because?: string): Promise<boolean> {
    const reply = await this.session.send(`${document.path}/_history?_count=1000`);
    if (typeof reply === 'string') return false;
    const known = document.versions.length;
    const found = reply.status === 404 ? [] : historyOf(reply.body);
    for (const version of found.filter(({ version }) => version > (document.current?.version ?? 0))) {
      if (!document.adopt(version)) this.#unexpected(document, `holds ${JSON.stringify(version)}`);
    }
    const missing = document.versions.filter(
      (version) => !found.some((each) => each.version === version.version && sameState(each, version)),
    );
    if (missing.length > 0) this.#unexpected(document, `has lost ${JSON.stringify(missing)}`);
    if (because !== undefined && document.versions.length === known) this.#unexpected(document, because);
    return true;
  }

  async #write(document: MarkedDocument): Promise<void> {
    const { current, exists } = document;
    const dice = this.#random.next();
    if (!exists || dice < 0.6) {
      const marker = this.#nextMarker(document.id);
      const body = document.marked(marker);
      await this.#apply(document, { marker, reviewed: false }, document.path, { method: 'PUT', body });
    } else if (dice < 0.85) {
      // Reviewing what is reviewed changes nothing, and a late write would change what is reviewed.
      if (current!.reviewed || document.isUnsettled) return;
      const state = { marker: current!.marker, reviewed: true };
      await this.#apply(document, state, `${document.path}/$review`, { method: 'POST' });
    } else {
      await this.#apply(document, { marker: null, reviewed: false }, document.path, { method: 'DELETE' });
    }
  }

  async #apply(
    document: MarkedDocument,
    state: DocumentState,
    path: string,
    request: OneRequest,
  ): Promise<void> {
    const reply = await this.session.send(path, request);
    if (reply === 'refused') return;
    const version = (document.current?.version ?? 0) + 1;
    if (typeof reply !== 'string' && reply.headers.etag === `W/"${version}"`) {
      document.versions.push({ version, ...state });
      return;
    }
    const isUnsettled = document.isUnsettled;
    document.unanswered(state);
    if (reply === 'unknown') return;
    // An earlier write that was not answered may have come in between.
    if (!isUnsettled) this.#unexpected(document, `answers ${request.method} with ${reply.headers.etag}`);
    while (!(await this.#catchUp(document))) {
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
    }
    const isThere = document.versions.some((each) => each.version >= version && sameState(each, state));
    if (!isThere) this.#unexpected(document, `has lost ${JSON.stringify(state)}`);
  }

  #any(documents: readonly MarkedDocument[]): MarkedDocument {
    return documents[this.#random.integer(0, documents.length - 1)]!;
  }

  #nextMarker(what: string): string {
    this.#marker += 1;
    return `${this.session.tenant} ${what} ${this.#marker}`;
  }

  #unexpected(document: MarkedDocument, what: string): void {
    this.session.violation(`${document.path} ${what}; last known ${JSON.stringify(document.current)}`);
  }
}

/** Versions of a history Bundle, oldest first. */
function historyOf(bundle: string): readonly DocumentVersion[] {
  const { entry = [] } = JSON.parse(bundle) as {
    readonly entry?: readonly {
      readonly resource?: MarkedResource;
      readonly response: { readonly etag: string };
    }[];
  };
  return entry
    .map(({ resource, response }) =>
      resource === undefined
        ? { version: Number(/\d+/.exec(response.etag)![0]), marker: null, reviewed: false }
        : versionOf(resource),
    )
    .toReversed();
}
