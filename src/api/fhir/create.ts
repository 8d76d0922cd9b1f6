import { randomUUID } from 'node:crypto';
import { WarmfhirError } from '../../errors.ts';
import type { ApiContext } from '../api-context.ts';
import { jsonBytes } from '../json-body.ts';
import type { TenantRoute } from '../route.ts';
import { writeReply } from './write-reply.ts';

/** `POST /fhir/:type`: the server chooses the id. */
export function createRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir/:type',
    capability: { interactions: ['create'] },
    async handle(collection, request, reply) {
      // To create in spite of the condition would make the duplicate that the client wants to avoid.
      if (request.headers['if-none-exist'] !== undefined) {
        throw new WarmfhirError(
          'parameter-unknown',
          'The server does not create conditionally (If-None-Exist).',
        );
      }
      const expected = { type: request.params.type!, id: randomUUID(), assignId: true };
      const content = await api.check.check(jsonBytes(request), expected);
      const [result] = await collection.write([{ kind: 'create', content }], api.clock.now());
      return writeReply(api, result, request, reply);
    },
  };
}
