import type { GenerationInfo } from '../store/generation.ts';
import type { TenantRecord } from '../store/tenant-registry.ts';
import type { MasterRow, TenantChange, Transfer, VersionRow } from '../store/transfer.ts';
import { type DigestedRows, RowDigest } from './row-digest.ts';

export function addMasterRow(digest: RowDigest, { rid, type, id, json }: MasterRow): void {
  digest.add(rid, type, id, json);
}

/** All documents of a generation. */
export async function digestOfGeneration(transfer: Transfer, generation: number): Promise<DigestedRows> {
  const digest = new RowDigest();
  for await (const rows of transfer.masterRows(generation)) {
    for (const row of rows) addMasterRow(digest, row);
  }
  return digest.result();
}

/** Generations as they are registered; how many bytes they take is the engine's business. */
export function digestOfGenerations(generations: readonly GenerationInfo[]): DigestedRows {
  const digest = new RowDigest();
  for (const { number, state, startedAt, sealedAt, resources } of generations) {
    digest.add(number, state, startedAt, sealedAt, resources);
  }
  return digest.result();
}

/** Tenants as they are registered, but for their serials. */
export function digestOfTenants(tenants: readonly TenantRecord[]): DigestedRows {
  const digest = new RowDigest();
  for (const { id, generation, overlay, createdAt, warmedAt, lastRequest } of tenants) {
    digest.add(id, generation, overlay, createdAt, warmedAt, lastRequest);
  }
  return digest.result();
}

/** What tenants have changed: current and former versions of each, tenant by tenant. */
export class ChangesDigest {
  readonly #changed = new RowDigest();
  readonly #former = new RowDigest();

  add({ tenant, document }: TenantChange): void {
    const { rid, replaces, firstRid, former } = document;
    this.#changed.add(tenant.id, ...version(document), rid, replaces, firstRid);
    for (const each of former) this.#former.add(tenant.id, ...version(each));
  }

  /** Reads all changes of these tenants. */
  async read(transfer: Transfer, tenants: readonly TenantRecord[]): Promise<this> {
    for await (const changes of transfer.changes(tenants)) {
      for (const change of changes) this.add(change);
    }
    return this;
  }

  results(): { readonly changed: DigestedRows; readonly former: DigestedRows } {
    return { changed: this.#changed.result(), former: this.#former.result() };
  }
}

function version(row: VersionRow): readonly (string | number | null)[] {
  return [row.type, row.id, row.version, row.lastUpdated, row.method, row.reviewTime, row.json];
}
