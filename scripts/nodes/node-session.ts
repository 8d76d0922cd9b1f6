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

/** How often a request is sent when all nodes run undisturbed, and milliseconds between. */
const ATTEMPTS = 20;
const ATTEMPT_MS = 250;

/** What came of a request: an answer, a refusal before anything was done, or nothing that says whether it was done. */
export type Outcome = OneReply | 'refused' | 'unknown';

/** One tenant's requests to whichever node the proxy picks; holds every answer against what the API promises. */
export class NodeSession {
  readonly tenant: string;
  readonly violations: string[] = [];
  /** Why the last request that was not answered was not. */
  failure = '';
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
      this.failure = String(error);
      if ((error as Error).name === 'TimeoutError') this.violation(`${what}: no answer`);
      return 'unknown';
    }
    if (reply.status === 503) {
      this.#tally.refused += 1;
      this.failure = `503 ${reply.body}`;
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

  /** Reads when all nodes run undisturbed. Undefined, and a violation, where no answer comes. */
  async read(path: string): Promise<OneReply | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const reply = await this.send(path);
      if (typeof reply !== 'string') return reply;
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
    }
    this.violation(`${path} cannot be read: ${this.failure}`);
    return undefined;
  }
}
