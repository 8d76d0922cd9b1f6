import { randomUUID } from 'node:crypto';
import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { ifNoneExist } from '../../fhir/if-none-exist.ts';
import type { ResourceContent } from '../../fhir/resource-content.ts';
import type { WriteResult } from '../../store/write.ts';
import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import type { TenantRoute } from '../route.ts';
import { resourceBytes } from './binary-body.ts';
import { findMatches, oneMatch, untilSettled } from './criteria.ts';
import { writeReply } from './write-reply.ts';

/**
 * `POST /fhir/:type`: the server chooses the id. With `If-None-Exist` nothing is created where a resource matches.
 * https://hl7.org/fhir/R4/http.html#ccreate
 */
export function createRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir/:type',
    parameters: [],
    capability: { interactions: ['create'], support: { conditionalCreate: true } },
    async handle(collection, request, reply) {
      const type = request.params.type!;
      const content = await api.check.check(resourceBytes(request), {
        type,
        id: randomUUID(),
        assignId: true,
      });
      const condition = request.headers['if-none-exist'] as string | undefined;
      if (condition === undefined) {
        const [result] = await collection.write([{ kind: 'create', content }], api.clock.now());
        return writeReply(api, result, request, reply);
      }
      const bases = [fhirBaseUrl(api, request)];
      const query = ifNoneExist(condition, type, bases);
      const result = await untilSettled(() => createUnlessThere(api, collection, content, query, bases));
      return writeReply(api, result, request, reply);
    },
  };
}

/** Creates a resource, or gives the one that matches. */
async function createUnlessThere(
  api: ApiContext,
  collection: TenantCollection,
  content: ResourceContent,
  query: string,
  bases: readonly string[],
): Promise<WriteResult> {
  const criteria = { type: content.type, query };
  const matches = await findMatches(api, collection, criteria, { all: false, bases });
  const document = oneMatch(matches, criteria);
  if (document !== undefined) return { status: 'unchanged', document };
  const writes = [matches.expectation, { kind: 'create', content } as const];
  const [, result] = await collection.write(writes, api.clock.now());
  return result!;
}
