import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import type { ExpectedVersion } from '../../fhir/entity-tag.ts';
import type { StoredDocument } from '../../store/document.ts';
import type { Expectation } from '../../store/write.ts';
import type { ApiContext } from '../api-context.ts';

/** So often a change is made anew for the version that another client has written meanwhile. */
const MOST_ATTEMPTS = 100;

/** A resource that is to be changed. */
export interface ChangedResource {
  readonly type: string;
  readonly id: string;
  readonly ifMatch?: ExpectedVersion;
  /** What has to hold still when the outcome is written. */
  readonly expectation?: Expectation;
}

/** What a change came to. */
export interface ChangeResult {
  readonly status: 'updated' | 'unchanged';
  readonly document: StoredDocument;
}

/**
 * Changes one resource. The version that was changed is the one that is replaced: where another client was faster the
 * change is made anew for what that one wrote, so no change is lost.
 *
 * @param change the text that the resource is to have, or undefined where it is to stay as it is
 * @throws resource-not-found, resource-gone, version-conflict for `ifMatch`, what the change and the check of its outcome
 * throw, and write-contended
 */
export async function changeResource(
  api: ApiContext,
  collection: TenantCollection,
  target: ChangedResource,
  change: (document: StoredDocument) => Promise<string | undefined>,
): Promise<ChangeResult> {
  const { type, id, expectation } = target;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const document = await currentVersion(api, collection.tenant, target);
    const text = await change(document);
    if (text === undefined) return { status: 'unchanged', document };
    const content = await api.check.check(Buffer.from(text), { type, id, assignId: false });
    try {
      const write = { kind: 'put', content, ifMatch: document.version } as const;
      const writes = expectation === undefined ? [write] : [expectation, write];
      return (await collection.write(writes, api.clock.now())).at(-1) as ChangeResult;
    } catch (error) {
      if (!(error instanceof WarmfhirError) || error.code !== 'version-conflict') throw error;
    }
  }
  throw new WarmfhirError('write-contended', `Others kept changing ${type}/${id}.`);
}

/**
 * The current version of a resource, also where the tenant has made its first change since the request began.
 *
 * @throws resource-not-found, resource-gone, version-conflict for `ifMatch`
 */
export async function currentVersion(
  api: ApiContext,
  tenant: string,
  { type, id, ifMatch }: ChangedResource,
): Promise<StoredDocument> {
  const lease = await api.tenants.acquire(tenant);
  try {
    const document = await lease.collection.get(type, id);
    if (typeof ifMatch !== 'number' || document.version === ifMatch) return document;
    throw new WarmfhirError(
      'version-conflict',
      `${type}/${id} has version ${document.version}, not ${ifMatch}.`,
    );
  } finally {
    lease.release();
  }
}
