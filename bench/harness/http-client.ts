import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RequestParts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Keep-alive HTTP to one server on this machine. */
export class HttpClient {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#port = port;
  }

  send(path: string, parts: RequestParts = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', headers = {}, body } = parts;
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          agent: this.#agent,
          method,
          path,
          headers: { ...headers, ...length },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: text }),
          );
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  /** Like `send`, and throws unless the reply is a success. */
  async expect(path: string, parts: RequestParts = {}): Promise<Reply> {
    const reply = await this.send(path, parts);
    if (reply.status < 200 || reply.status > 299) {
      throw new Error(
        `${parts.method ?? 'GET'} ${path} answered ${reply.status}: ${reply.body.slice(0, 300)}`,
      );
    }
    return reply;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Runs `task` for every item, at most `width` at a time. */
export async function forEachConcurrently<Item>(
  items: Iterable<Item>,
  width: number,
  task: (item: Item) => Promise<unknown>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await task(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
