import { beforeEach, describe, expect, it } from 'vitest';
import { TenantCollection } from '../../src/collection/tenant-collection.ts';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { ReviewService } from '../../src/review/review.ts';
import type { DocumentVersion } from '../../src/store/document.ts';
import { planWrite } from '../../src/store/plan-write.ts';
import type { CollectionStore } from '../../src/store/store.ts';
import type { TenantRecord } from '../../src/store/tenant-registry.ts';
import type { DocumentWrite } from '../../src/store/write.ts';
import { ManualClock } from '../manual-clock.ts';

const RECORD: TenantRecord = {
  id: 'acme',
  serial: 1,
  generation: 1,
  overlay: false,
  createdAt: 0,
  warmedAt: 0,
  lastRequest: 0,
};

/** The writing half of a collection in memory, deciding as every engine does. */
class MemoryCollection {
  readonly documents = new Map<string, DocumentVersion>();
  readonly transactions: (readonly DocumentWrite[])[] = [];

  readonly store = {
    read: (type, id) => this.documents.get(`${type}/${id}`),
    write: async (all, now) => {
      const writes = all as readonly DocumentWrite[];
      this.transactions.push(writes);
      return writes.map((write) => {
        const key =
          'content' in write ? `${write.content.type}/${write.content.id}` : `${write.type}/${write.id}`;
        const planned = planWrite(write, this.documents.get(key), RECORD.generation, now);
        if (planned.next !== undefined) this.documents.set(key, planned.next.document);
        return planned.result;
      });
    },
    reviewCounts: async () => [
      { type: 'Patient', reviewed: 0, unreviewed: 7 },
      { type: 'Encounter', reviewed: 2, unreviewed: 3 },
    ],
  } as Partial<CollectionStore> as CollectionStore;
}

describe('reviewing', () => {
  let clock: ManualClock;
  let counted: number;
  let memory: MemoryCollection;
  let collection: TenantCollection;
  let reviews: ReviewService;

  beforeEach(async () => {
    clock = new ManualClock();
    counted = 0;
    memory = new MemoryCollection();
    collection = new TenantCollection(RECORD, memory.store);
    reviews = new ReviewService({
      clock,
      metrics: {
        reviewed: (count) => {
          counted += count;
        },
      },
    });
    const puts = ['1', '2', '3'].map((id) => ({
      kind: 'put' as const,
      content: parseResource(JSON.stringify({ resourceType: 'Encounter', id, status: 'planned' })).content,
    }));
    await collection.write(puts, clock.now());
    await collection.write([{ kind: 'delete', type: 'Encounter', id: '3' }], clock.now());
    memory.transactions.length = 0;
    clock.skip(60_000);
  });

  it('notes the time in the document, as a new version', async () => {
    expect(await reviews.review(collection, 'Encounter', '1', true)).toEqual({
      _id: 'Encounter/1',
      reviewed: true,
      reviewTime: '2026-01-01T00:01:00.000Z',
    });
    const document = await collection.get('Encounter', '1');
    expect(document).toMatchObject({ version: 2, reviewed: true });
    expect(document.json).toContain('"code":"reviewed"');
    expect(counted).toBe(1);
  });

  it('takes a review back, and finds nothing to take back twice', async () => {
    await reviews.review(collection, 'Encounter', '1', true);
    const back = { _id: 'Encounter/1', reviewed: false, reviewTime: null };
    expect(await reviews.review(collection, 'Encounter', '1', false)).toEqual(back);
    expect(await reviews.review(collection, 'Encounter', '1', false)).toEqual(back);
    expect(await collection.get('Encounter', '1')).toMatchObject({ version: 3 });
    expect(counted).toBe(2);
  });

  it('hands out the document for FHIR clients', async () => {
    const document = await reviews.reviewDocument(collection, 'Encounter', '2', { reviewed: true });
    expect(document).toBe(await collection.get('Encounter', '2'));
  });

  it('reviews no version but the one that was asked for, and says what was deleted', async () => {
    const review = (id: string, ifMatch: number) =>
      reviews.reviewDocument(collection, 'Encounter', id, { reviewed: true, ifMatch });
    await expect(review('1', 2)).rejects.toMatchObject({ code: 'version-conflict' });
    expect(await collection.get('Encounter', '1')).toMatchObject({ version: 1, reviewed: false });
    expect(await review('1', 1)).toMatchObject({ version: 2, reviewed: true });
    await expect(
      reviews.reviewDocument(collection, 'Encounter', '3', { reviewed: true }),
    ).rejects.toMatchObject({ code: 'resource-gone' });
  });

  it.each(['9', '3'])('does not find %s, which is absent or deleted', async (id) => {
    await expect(reviews.review(collection, 'Encounter', id, true)).rejects.toMatchObject({
      code: 'resource-not-found',
      detail: expect.stringContaining(`Encounter/${id}`),
    });
  });

  it.each(['..', 'a/b', 'a\0', '', 'x'.repeat(65)])(
    'refuses the id %j before anything is written',
    async (id) => {
      await expect(reviews.reviewMany(collection, 'Encounter', ['1', id], true)).rejects.toMatchObject({
        code: 'resource-id-invalid',
      });
      expect(memory.transactions).toEqual([]);
    },
  );

  it('reviews many in one transaction, with a status for each id', async () => {
    const outcomes = await reviews.reviewMany(collection, 'Encounter', ['2', '9', '1', '2', '3'], true);
    const reviewed = { status: 200, reviewed: true, reviewTime: '2026-01-01T00:01:00.000Z' };
    expect(outcomes).toEqual([
      { _id: 'Encounter/2', ...reviewed },
      expect.objectContaining({ _id: 'Encounter/9', status: 404, error: 'resource-not-found' }),
      { _id: 'Encounter/1', ...reviewed },
      { _id: 'Encounter/2', ...reviewed },
      expect.objectContaining({ _id: 'Encounter/3', status: 404 }),
    ]);
    expect(memory.transactions).toHaveLength(1);
    expect(await collection.get('Encounter', '2')).toMatchObject({ version: 2 });
    expect(counted).toBe(2);
    expect(await reviews.reviewMany(collection, 'Encounter', [], true)).toEqual([]);
  });

  it('sums up by type and in total', async () => {
    const summary = await reviews.summary(collection);
    expect(JSON.stringify(summary)).toBe(
      JSON.stringify({
        types: { Encounter: { reviewed: 2, unreviewed: 3 }, Patient: { reviewed: 0, unreviewed: 7 } },
        total: { reviewed: 2, unreviewed: 10 },
      }),
    );
  });
});
