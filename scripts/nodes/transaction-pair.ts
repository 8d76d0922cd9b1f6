import { type MarkedDocument, type MarkedResource, versionOf } from './marked-document.ts';
import type { NodeSession } from './node-session.ts';

/** Two documents that are written by transactions alone, so that at every moment both carry the same marker. */
export class TransactionPair {
  readonly documents: readonly [MarkedDocument, MarkedDocument];
  readonly #session: NodeSession;

  constructor(session: NodeSession, documents: readonly [MarkedDocument, MarkedDocument]) {
    this.#session = session;
    this.documents = documents;
  }

  /** Puts both in one transaction. */
  async write(marker: string): Promise<void> {
    const state = { marker, reviewed: false };
    const entry = this.documents.map((document) => ({
      resource: document.marked(marker),
      request: { method: 'PUT', url: `${document.type}/${document.id}` },
    }));
    const body = { resourceType: 'Bundle', type: 'transaction', entry };
    const reply = await this.#session.send('/fhir', { method: 'POST', body });
    if (reply === 'refused') return;
    const answers =
      reply === 'unknown'
        ? []
        : (
            JSON.parse(reply.body) as {
              readonly entry: readonly { readonly response: { readonly etag?: string } }[];
            }
          ).entry;
    for (const [index, document] of this.documents.entries()) {
      const version = (document.current?.version ?? 0) + 1;
      if (answers[index]?.response.etag === `W/"${version}"`) document.versions.push({ version, ...state });
      else document.unanswered(state);
    }
  }

  /** Asks for both in one search: they have to be there together and to be alike, also while a write is unanswered. */
  async look(): Promise<void> {
    const ids = this.documents.map(({ id }) => id).join(',');
    const reply = await this.#session.send(`/fhir/Basic?_id=${ids}`);
    if (typeof reply === 'string') return;
    const { entry = [] } = JSON.parse(reply.body) as {
      readonly entry?: readonly { readonly resource: MarkedResource }[];
    };
    const markers = entry.map(({ resource }) => versionOf(resource).marker);
    const isWhole = markers.length === 0 || (markers.length === 2 && markers[0] === markers[1]);
    if (!isWhole) this.#session.violation(`half a transaction: ${JSON.stringify(markers)}`);
  }

  /** Holds the two histories against each other once all is settled. */
  verify(): void {
    const [one, other] = this.documents.map(({ versions }) => JSON.stringify(versions));
    if (one !== other) this.#session.violation(`half a transaction in the histories: ${one} and ${other}`);
  }
}
