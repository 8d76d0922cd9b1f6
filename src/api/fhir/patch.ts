import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import { type ExpectedVersion, expectedVersion } from '../../fhir/entity-tag.ts';
import type { Patch } from '../../fhir/patch/patch.ts';
import type { WriteResult } from '../../store/write.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { JSON_TYPES, jsonBytes } from '../json-body.ts';
import { mediaType } from '../media-type.ts';
import type { TenantRoute } from '../route.ts';
import { writeReply } from './write-reply.ts';

const JSON_PATCH = 'application/json-patch+json';
const PATCH_TYPES: ReadonlySet<string> = new Set([JSON_PATCH, ...JSON_TYPES]);
/** So often a patch is made anew for the version that another client has written meanwhile. */
const MOST_ATTEMPTS = 100;

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

/**
 * Patches one resource. The version that was patched is the one that is replaced: where another client was faster the
 * patch is made anew for what that one wrote, so no change is lost.
 *
 * @throws resource-not-found, resource-gone, version-conflict for `ifMatch`, what the patch and the check of its outcome
 * throw, and write-contended
 */
async function patchResource(
  api: ApiContext,
  collection: TenantCollection,
  target: {
    readonly type: string;
    readonly id: string;
    readonly patch: Patch;
    readonly ifMatch?: ExpectedVersion;
  },
): Promise<WriteResult> {
  const { type, id, patch, ifMatch } = target;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const current = await latest(api, collection.tenant, type, id);
    if (typeof ifMatch === 'number' && current.version !== ifMatch) {
      throw new WarmfhirError(
        'version-conflict',
        `${type}/${id} has version ${current.version}, not ${ifMatch}.`,
      );
    }
    const text = await api.patcher.apply(current.json, patch);
    const content = await api.check.check(Buffer.from(text), { type, id, assignId: false });
    try {
      const write = { kind: 'put', content, ifMatch: current.version } as const;
      const [result] = await collection.write([write], api.clock.now());
      return result!;
    } catch (error) {
      if (!(error instanceof WarmfhirError) || error.code !== 'version-conflict') throw error;
    }
  }
  throw new WarmfhirError('write-contended', `Others kept changing ${type}/${id}.`);
}

/** The current version, also where the tenant has made its first change since the request began. */
async function latest(api: ApiContext, tenant: string, type: string, id: string) {
  const lease = await api.tenants.acquire(tenant);
  try {
    return await lease.collection.get(type, id);
  } finally {
    lease.release();
  }
}
