export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back
  readonly json: any;
}

export interface Call {
  readonly method?: string;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Requests to one server, as a client outside of the process makes them. */
export class HttpSession {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call(path: string, { method, tenant, headers = {}, body }: Call = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(tenant !== undefined && { 'X-Tenant-ID': tenant }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  warmUp(tenant: string): Promise<Answer> {
    return this.call('/warm-up-tenant', { method: 'POST', tenant });
  }

  /** Asks until the answer has the status. */
  async until(path: string, status: number): Promise<Answer> {
    for (;;) {
      const answer = await this.call(path);
      if (answer.status === status) return answer;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
