import { WarmfhirError } from '../../errors.ts';
import type { ApiContext } from '../api-context.ts';
import type { TenantRoute } from '../route.ts';
import { binaryReply, requireAcceptableRead } from './binary-reply.ts';
import { documentReply } from './document-reply.ts';
import { SUBSET_PARAMETERS } from './subset-request.ts';

/** `GET /fhir/:type/:id/_history/:version`. A version that is a delete is gone. */
export function vreadRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: '/fhir/:type/:id/_history/:version',
    parameters: SUBSET_PARAMETERS,
    requireAcceptable: requireAcceptableRead,
    capability: { interactions: ['vread'], support: { readHistory: true } },
    async handle(collection, request, reply) {
      const { type, id, version } = request.params;
      const number = versionNumber(type!, id!, version!);
      const document = await collection.getVersion(type!, id!, number);
      if (type === 'Binary') return binaryReply(api, document, request, reply);
      return documentReply(api, document, request, reply);
    },
  };
}

/** Throws version-not-found for what is no version. */
export function versionNumber(type: string, id: string, version: string): number {
  if (/^[1-9]\d{0,14}$/.test(version)) return Number(version);
  throw new WarmfhirError('version-not-found', `${type}/${id} has no such version: versions are numbers.`);
}
