import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import type { ExpectedVersion } from '../../fhir/entity-tag.ts';
import type { Patch } from '../../fhir/patch/patch.ts';
import type { StoredDocument } from '../../store/document.ts';
import type { WriteResult } from '../../store/write.ts';
import type { ApiContext } from '../api-context.ts';

/** So often a patch is made anew for the version that another client has written meanwhile. */
const MOST_ATTEMPTS = 100;

/** A patch and the resource that it is for. */
export interface ResourcePatch {
  readonly type: string;
  readonly id: string;
  readonly patch: Patch;
  readonly ifMatch?: ExpectedVersion;
}

/**
 * Patches one resource. The version that was patched is the one that is replaced: where another client was faster the
 * patch is made anew for what that one wrote, so no change is lost.
 *
 * @throws resource-not-found, resource-gone, version-conflict for `ifMatch`, what the patch and the check of its outcome
 * throw, and write-contended
 */
export async function patchResource(
  api: ApiContext,
  collection: TenantCollection,
  target: ResourcePatch,
): Promise<WriteResult> {
  const { type, id } = target;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { text, version } = await patchedText(api, collection.tenant, target);
    const content = await api.check.check(Buffer.from(text), { type, id, assignId: false });
    try {
      const [result] = await collection.write([{ kind: 'put', content, ifMatch: version }], api.clock.now());
      return result!;
    } catch (error) {
      if (!(error instanceof WarmfhirError) || error.code !== 'version-conflict') throw error;
    }
  }
  throw new WarmfhirError('write-contended', `Others kept changing ${type}/${id}.`);
}

/**
 * What the current version of a resource becomes by a patch, unchecked.
 *
 * @throws resource-not-found, resource-gone, version-conflict for `ifMatch`, and what the patch throws
 */
export async function patchedText(
  api: ApiContext,
  tenant: string,
  { type, id, patch, ifMatch }: ResourcePatch,
): Promise<{ readonly text: string; readonly version: number }> {
  const { version, json } = await latest(api, tenant, type, id);
  if (typeof ifMatch === 'number' && version !== ifMatch) {
    throw new WarmfhirError('version-conflict', `${type}/${id} has version ${version}, not ${ifMatch}.`);
  }
  return { text: await api.patcher.apply(json, patch), version };
}

/** The current version, also where the tenant has made its first change since the request began. */
async function latest(api: ApiContext, tenant: string, type: string, id: string): Promise<StoredDocument> {
  const lease = await api.tenants.acquire(tenant);
  try {
    return await lease.collection.get(type, id);
  } finally {
    lease.release();
  }
}
