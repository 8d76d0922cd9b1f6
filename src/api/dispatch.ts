import type { FastifyInstance } from 'fastify';
import { modifiedTime } from './modified-time.ts';

/** A request that is part of another one. */
export interface InnerRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface InnerReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** When the resource that it is about was modified, in milliseconds since the epoch. */
  readonly modified: number | undefined;
}

/** Answers a request as if it had come by itself: by the same routes, under the same rules. */
export async function dispatched(server: FastifyInstance, request: InnerRequest): Promise<InnerReply> {
  const { method, url, headers, body } = request;
  const reply = await server.inject({
    ...{ method, url, headers },
    ...(body === undefined ? {} : { payload: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }),
  });
  return {
    status: reply.statusCode,
    headers: reply.headers as Record<string, string | undefined>,
    body: reply.body,
    modified: modifiedTime(reply.raw.res),
  };
}
