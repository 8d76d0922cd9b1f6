import { WarmfhirError } from '../../errors.ts';
import type { Patch } from '../../fhir/patch/patch.ts';
import { JSON_PATCH } from '../../transaction/patch-body.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { JSON_TYPES, jsonBytes } from '../json-body.ts';
import { mediaType } from '../media-type.ts';
import type { TenantRoute } from '../route.ts';
import { changeResource } from './change-resource.ts';
import { findMatches, oneMatch, untilSettled } from './criteria.ts';
import { ifMatchOf } from './if-match.ts';
import { writeReply } from './write-reply.ts';

const PATCH_TYPES: ReadonlySet<string> = new Set([JSON_PATCH, ...JSON_TYPES]);

/** `PATCH /fhir/:type/:id`: a JSON Patch, or a FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch */
export function patchRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PATCH',
    path: '/fhir/:type/:id',
    parameters: [],
    capability: { interactions: ['patch'], patchFormats: [JSON_PATCH, 'application/fhir+json'] },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const target = { type: type!, id: id!, ...ifMatchOf(request) };
      const patch = patchOf(request);
      const result = await changeResource(api, collection, target, ({ json }) =>
        api.patcher.apply(collection.tenant, json, patch),
      );
      return writeReply(api, result, request, reply);
    },
  };
}

/**
 * `PATCH /fhir/:type?criteria`: patches the one resource that matches.
 * https://hl7.org/fhir/R4/http.html#patch
 */
export function conditionalPatchRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PATCH',
    path: '/fhir/:type',
    async handle(collection, request, reply) {
      const criteria = { type: request.params.type!, query: request.query };
      const condition = ifMatchOf(request);
      const options = { all: false, bases: [fhirBaseUrl(api, request)] };
      const patch = patchOf(request);
      const result = await untilSettled(async () => {
        const matches = await findMatches(api, collection, criteria, options);
        const id = oneMatch(matches, criteria)?.id;
        if (id === undefined) {
          const detail = `Nothing matches ${criteria.type}?${criteria.query}.`;
          throw new WarmfhirError('resource-not-found', detail);
        }
        const { expectation } = matches;
        const target = { type: criteria.type, id, expectation, ...condition };
        return changeResource(api, collection, target, ({ json }) =>
          api.patcher.apply(collection.tenant, json, patch),
        );
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
