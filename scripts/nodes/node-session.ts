import { type OneReply, type OneRequest, oneRequest } from '../../test/nodes/one-request.ts';

/** What all clients count together. */
export interface Tally {
  reads: number;
  writes: number;
  /** Answered with 503. */
  refused: number;
  /** Not answered: the connection broke. */
  broken: number;
}

/** What came of a request: an answer, a refusal before anything was done, or nothing that says whether it was done. */
export type Outcome = OneReply | 'refused' | 'unknown';

/** One tenant's requests to whichever node the proxy picks; holds every answer against what the API promises. */
export class NodeSession {
  readonly tenant: string;
  readonly violations: string[] = [];
  readonly #port: number;
  readonly #tally: Tally;

  /** @param port of the proxy */
  constructor(tenant: string, port: number, tally: Tally) {
    this.tenant = tenant;
    this.#port = port;
    this.#tally = tally;
  }

  violation(what: string): void {
    this.violations.push(`${this.tenant}: ${what}`);
  }

  /** Sends a request; warms the tenant up where it is cold. */
  async send(path: string, request: OneRequest = {}): Promise<Outcome> {
    const what = `${request.method ?? 'GET'} ${path}`;
    let reply: OneReply;
    try {
      reply = await oneRequest(this.#port, path, { ...request, tenant: this.tenant });
    } catch (error) {
      this.#tally.broken += 1;
      if ((error as Error).name === 'TimeoutError') this.violation(`${what}: no answer`);
      return 'unknown';
    }
    if (reply.status === 503) {
      this.#tally.refused += 1;
      if (reply.headers['retry-after'] === undefined) this.violation(`${what}: 503 without Retry-After`);
      if (!/is cold/.test(reply.body)) return 'unknown';
      if (path !== '/warm-up-tenant') await this.send('/warm-up-tenant', { method: 'POST' });
      return 'refused';
    }
    if (reply.status >= 400 && ![404, 410].includes(reply.status)) {
      this.violation(`${what}: ${reply.status} ${reply.body.slice(0, 300)}`);
      return 'unknown';
    }
    if (request.method === undefined) this.#tally.reads += 1;
    else this.#tally.writes += 1;
    return reply;
  }
}
