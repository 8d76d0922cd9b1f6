import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { RequestMeter } from '../metrics/metrics.ts';
import type { ApiContext, ApiRequest } from './api-context.ts';
import { errorReply } from './error-reply.ts';
import type { Handler } from './route-handler.ts';

/** Where metrics and the log put a request. */
export interface Measured {
  readonly method: string;
  /** Pattern of the address. */
  readonly route: string;
  readonly meter: RequestMeter;
}

/**
 * A handler that sends its reply, also when it fails, and counts it with the time since the body was there.
 *
 * It does so itself because a hook for it costs a fifteenth of a read: Fastify then listens for the end of every
 * reply. For the same reason it makes a promise only where the handler does.
 */
export function meteredHandler(
  api: ApiContext,
  measured: Measured,
  handle: Handler,
): (request: ApiRequest, reply: FastifyReply) => Promise<void> | undefined {
  return (request, reply) => {
    const started = performance.now();
    try {
      const body = handle(request, reply);
      if (body instanceof Promise) return sendLater(api, measured, request, reply, body, started);
      send(reply, body);
    } catch (error) {
      errorReply(api, error, request, reply);
    }
    finished(api, measured, reply, started);
    return undefined;
  };
}

/** A longer body may wait for its client to read it. */
const LONG_BODY = 64 * 1024;

/**
 * Sends a body. A text goes to the socket without Fastify: where it has as many bytes as characters it is ASCII, which
 * need not be encoded. That takes a fifth of a read, and more of a large Bundle.
 *
 * A long body is ended when it is on its way: who closes a server takes a connection for idle whose reply was ended, whatever of it
 * has still to be sent.
 */
function send(reply: FastifyReply, body: string | Buffer): void {
  if (body.length < LONG_BODY && (typeof body !== 'string' || body === '')) {
    reply.send(body);
    return;
  }
  const known = reply.getHeader('content-length');
  const bytes = known ?? Buffer.byteLength(body);
  if (known === undefined) reply.header('content-length', bytes);
  const { raw } = reply.hijack();
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  const encoding = bytes === body.length ? 'latin1' : 'utf8';
  if (body.length < LONG_BODY) raw.end(body, encoding);
  else raw.write(body, encoding, () => raw.end());
}

async function sendLater(
  api: ApiContext,
  measured: Measured,
  request: ApiRequest,
  reply: FastifyReply,
  body: Promise<string | Buffer>,
  started: number,
): Promise<void> {
  try {
    send(reply, await body);
  } catch (error) {
    errorReply(api, error, request, reply);
  }
  finished(api, measured, reply, started);
}

/** Counts a reply that has been sent. */
export function finished(
  { log }: ApiContext,
  { method, route, meter }: Measured,
  { statusCode: status }: FastifyReply,
  started: number,
): void {
  const milliseconds = performance.now() - started;
  meter.finished(status, milliseconds / 1000);
  log.debug({ method, route, status, milliseconds }, 'Request.');
}
