import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface OneReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface OneRequest {
  readonly method?: string;
  readonly tenant?: string;
  /** Sent as FHIR JSON. */
  readonly body?: unknown;
}

/** How long a client waits for an answer before it takes the server for dead, milliseconds. */
export const PATIENCE_MS = 30_000;

/**
 * One request on a connection of its own, so that each may reach another node. Rejects when the connection breaks,
 * with a TimeoutError when nothing comes for `PATIENCE_MS`.
 */
export async function oneRequest(
  port: number,
  path: string,
  { method, tenant, body }: OneRequest = {},
): Promise<OneReply> {
  const sent = request({
    ...{ host: '127.0.0.1', port, path, agent: false },
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(tenant !== undefined && { 'X-Tenant-ID': tenant }),
      ...(body !== undefined && { 'Content-Type': 'application/fhir+json' }),
    },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}
