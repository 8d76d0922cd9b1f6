import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string;
  /** The connection is cut instead. */
  readonly cut?: boolean;
  /** Nothing is sent at all. */
  readonly silent?: boolean;
}

export interface UpstreamRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A real HTTP server that plays a FHIR server. */
export class Upstream {
  readonly requests: UpstreamRequest[] = [];
  answer: (request: UpstreamRequest) => Reply | Promise<Reply> = () => ({ status: 404 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const seen = { url: request.url ?? '', headers: request.headers };
      this.requests.push(seen);
      const { status = 200, headers = {}, body = '', cut, silent } = await this.answer(seen);
      if (silent) return;
      if (cut) {
        response.socket?.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Base URL of the FHIR service. */
  get base(): string {
    return `${this.origin}/fhir`;
  }

  get urls(): readonly string[] {
    return this.requests.map(({ url }) => url);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A searchset page. */
export function page(resources: readonly object[], next?: string, more: object = {}): Reply {
  const link =
    next === undefined
      ? []
      : [
          { relation: 'self', url: 'x' },
          { relation: 'next', url: next },
        ];
  return {
    body: {
      resourceType: 'Bundle',
      type: 'searchset',
      ...more,
      link,
      entry: resources.map((resource) => ({ resource })),
    },
  };
}

export function capabilities(types: readonly string[], interaction = 'search-type'): Reply {
  const resource = types.map((type) => ({ type, interaction: [{ code: 'read' }, { code: interaction }] }));
  return { body: { resourceType: 'CapabilityStatement', rest: [{ mode: 'server', resource }] } };
}
