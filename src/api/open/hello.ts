import type { ApiContext } from '../api-context.ts';
import { plainFace } from '../plain/plain-face.ts';
import type { OpenRoute } from '../route.ts';

/** `GET /hello`: the process answers. */
export function helloRoute({ version }: ApiContext): OpenRoute {
  const body = JSON.stringify({ message: 'Hello, World!', status: 'success', version });
  return {
    scope: 'open',
    method: 'GET',
    path: '/hello',
    handle(_request, reply) {
      reply.header('content-type', plainFace.contentType);
      return body;
    },
  };
}
