import { describe, expect, it } from 'vitest';
import { TenantCollection } from '../../src/collection/tenant-collection.ts';
import type { DocumentVersion } from '../../src/store/document.ts';
import type { CollectionStore } from '../../src/store/store.ts';

const STORED = { deleted: false, type: 'Patient', id: '1', version: 1, json: '{}' } as DocumentVersion;
const DELETED = { deleted: true, type: 'Patient', id: '2', version: 2, lastUpdated: 0 } as DocumentVersion;
const DOCUMENTS: Readonly<Record<string, DocumentVersion>> = { 'Patient/1': STORED, 'Patient/2': DELETED };

function collectionThat(answer: <T>(value: T) => T | Promise<T>): TenantCollection {
  const store: Partial<CollectionStore> = {
    read: (type, id) => answer(DOCUMENTS[`${type}/${id}`]),
    readVersion: async (type, id, version) => {
      const document = DOCUMENTS[`${type}/${id}`];
      return document?.version === version ? document : undefined;
    },
    history: async () => ({ entries: [], total: 0 }),
  };
  const record = {
    id: 'acme',
    serial: 1,
    generation: 3,
    overlay: false,
    createdAt: 0,
    warmedAt: 0,
    lastRequest: 0,
  };
  return new TenantCollection(record, store as CollectionStore);
}

describe("a tenant's collection", () => {
  it('is named after its tenant and knows its generation', () => {
    expect(collectionThat((value) => value)).toMatchObject({
      tenant: 'acme',
      name: 'tenant_acme',
      generation: 3,
    });
  });

  it('answers at once where the store does', () => {
    const collection = collectionThat((value) => value);
    expect(collection.get('Patient', '1')).toBe(STORED);
    expect(() => collection.get('Patient', '2')).toThrow(expect.objectContaining({ code: 'resource-gone' }));
    expect(() => collection.get('Patient', '3')).toThrow(
      expect.objectContaining({ code: 'resource-not-found' }),
    );
  });

  it('answers with a promise where the store does', async () => {
    const collection = collectionThat((value) => Promise.resolve(value));
    expect(await collection.get('Patient', '1')).toBe(STORED);
    await expect(collection.get('Patient', '2')).rejects.toMatchObject({ code: 'resource-gone' });
    await expect(collection.get('Patient', '3')).rejects.toMatchObject({ code: 'resource-not-found' });
  });

  it('knows what a version and a history are not', async () => {
    const collection = collectionThat((value) => value);
    expect(await collection.getVersion('Patient', '1', 1)).toBe(STORED);
    await expect(collection.getVersion('Patient', '1', 9)).rejects.toMatchObject({
      code: 'version-not-found',
    });
    await expect(collection.getVersion('Patient', '2', 2)).rejects.toMatchObject({ code: 'resource-gone' });
    await expect(collection.history({ type: 'Patient', id: '9', count: 1 })).rejects.toMatchObject({
      code: 'resource-not-found',
    });
  });
});
