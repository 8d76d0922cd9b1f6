import { expectedVersion } from '../../fhir/entity-tag.ts';
import type { Patch } from '../../fhir/patch/patch.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { JSON_TYPES, jsonBytes } from '../json-body.ts';
import { mediaType } from '../media-type.ts';
import type { TenantRoute } from '../route.ts';
import { JSON_PATCH } from './patch-body.ts';
import { patchResource } from './patch-resource.ts';
import { writeReply } from './write-reply.ts';

const PATCH_TYPES: ReadonlySet<string> = new Set([JSON_PATCH, ...JSON_TYPES]);

/** `PATCH /fhir/:type/:id`: a JSON Patch, or a FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch */
export function patchRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PATCH',
    path: '/fhir/:type/:id',
    capability: { interactions: ['patch'] },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const ifMatch = expectedVersion(request.headers['if-match']);
      const result = await patchResource(api, collection, {
        ...{ type: type!, id: id!, patch: patchOf(request) },
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
      return writeReply(api, result, request, reply);
    },
  };
}

/** The patch that a request brings. Throws `media-type-unsupported`, `body-invalid`. */
function patchOf(request: ApiRequest): Patch {
  const body = jsonBytes(request, PATCH_TYPES);
  const { name } = mediaType(request.headers['content-type'] ?? '');
  return { form: name === JSON_PATCH ? 'json-patch' : 'fhirpath-patch', body };
}
