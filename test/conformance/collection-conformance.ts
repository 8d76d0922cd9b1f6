import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { StoredDocument } from '../../src/store/document.ts';
import type { SearchPage } from '../../src/store/search.ts';
import { type CollectionStore, MOST_KEPT_SEARCHES, type Store } from '../../src/store/store.ts';
import {
  collectionOf,
  content,
  type Engine,
  type Installation,
  seal,
  searchOf,
  versionsOf,
  warmed,
} from './engine.ts';

const MASTER = [
  ...Array.from({ length: 9 }, (_, index) => content('Patient', `p${index}`, { gender: 'other' })),
  content('Basic', 'b', { extension: [{ url: 'urn:n', valueDecimal: 0 }] }),
];

/** What every engine promises about the collection of one tenant. */
export function collectionConformance(engine: Engine): void {
  describe(`collections on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;
    let acme: CollectionStore;
    let birch: CollectionStore;

    beforeEach(async () => {
      installation = await engine.install();
      store = await installation.open();
      await seal(store, MASTER);
      acme = await warmed(store, 'acme');
      birch = await warmed(store, 'birch');
    });

    afterEach(async () => {
      await store.close();
      await installation.dispose();
    });

    const put = (collection: CollectionStore, id: string, members: object = {}, ifMatch?: number) =>
      collection.write(
        [
          {
            kind: 'put',
            content: content('Patient', id, members),
            ...(ifMatch !== undefined && { ifMatch }),
          },
        ],
        5_000,
      );
    const again = () => collectionOf(store, 'acme');
    const read = async (id: string, collection?: CollectionStore) =>
      (collection ?? (await again())).read('Patient', id);

    test('starts as a copy of the master', async () => {
      const first = (await read('p3')) as StoredDocument;
      expect(first.bytes ?? Buffer.byteLength(first.json)).toBe(Buffer.byteLength(first.json));
      expect(first).toMatchObject({
        ...{
          deleted: false,
          type: 'Patient',
          id: 'p3',
          version: 1,
          lastUpdated: 1_000,
          reviewed: false,
          reviewTime: null,
        },
        json: '{"resourceType":"Patient","id":"p3","meta":{"versionId":"1","lastUpdated":"1970-01-01T00:00:01.000Z"},"gender":"other"}',
      });
      expect(await read('nobody')).toBeUndefined();
      expect((await store.tenants.get('acme'))?.overlay).toBe(false);
    });

    test('a change counts the version on, keeps the master in history, and is seen by its tenant alone', async () => {
      const [result] = await put(acme, 'p3', { gender: 'male' });
      expect(result).toMatchObject({ status: 'updated', document: { version: 2, lastUpdated: 5_000 } });
      expect(await read('p3')).toMatchObject({
        version: 2,
        json: expect.stringContaining('"gender":"male"'),
      });
      expect(await read('p3', birch)).toMatchObject({ version: 1 });
      const history = await versionsOf(await again(), 'Patient', 'p3');
      expect(history.map((entry) => [entry.method, entry.document.version])).toEqual([
        ['PUT', 2],
        ['POST', 1],
      ]);
      const master = (await birch.read('Patient', 'p3')) as StoredDocument;
      const former = await (await again()).readVersion('Patient', 'p3', 1);
      expect({ ...former, bytes: master.bytes }).toEqual({ ...master });
      expect(await (await again()).readVersion('Patient', 'p3', 7)).toBeUndefined();
      expect((await store.tenants.get('acme'))?.overlay).toBe(true);
      expect((await store.tenants.get('birch'))?.overlay).toBe(false);
    });

    test('a delete leaves a tombstone, is done once, and can be undone by a put', async () => {
      const remove = { kind: 'delete', type: 'Patient', id: 'p1' } as const;
      expect((await acme.write([remove], 6_000))[0]).toMatchObject({
        status: 'deleted',
        document: { version: 2 },
      });
      expect((await acme.write([remove], 7_000))[0]).toMatchObject({ status: 'unchanged' });
      expect(await read('p1')).toEqual({
        deleted: true,
        type: 'Patient',
        id: 'p1',
        version: 2,
        lastUpdated: 6_000,
      });
      expect((await put(acme, 'p1'))[0]).toMatchObject({
        status: 'created',
        document: { version: 3, lastUpdated: 6_000 },
      });
      const history = await versionsOf(await again(), 'Patient', 'p1');
      expect(history.map((entry) => entry.document.deleted)).toEqual([false, true, false]);
      expect(await acme.write([{ ...remove, id: 'nobody' }], 1)).toEqual([
        { status: 'unchanged', document: undefined },
      ]);
    });

    test('preconditions are checked inside of the transaction, and one that fails undoes all', async () => {
      await expect(put(acme, 'p2', {}, 9)).rejects.toMatchObject({ code: 'version-conflict' });
      await expect(put(acme, 'nobody', {}, 1)).rejects.toMatchObject({ code: 'version-conflict' });
      await expect(
        acme.write(
          [
            { kind: 'put', content: content('Patient', 'p0') },
            { kind: 'create', content: content('Patient', 'new') },
            { kind: 'create', content: content('Patient', 'p2') },
          ],
          1,
        ),
      ).rejects.toMatchObject({ code: 'version-conflict' });
      expect(await read('p0')).toMatchObject({ version: 1 });
      expect(await read('new')).toBeUndefined();
      expect((await put(acme, 'p2', {}, 1))[0]).toMatchObject({ status: 'updated' });
    });

    test('of concurrent writes with the same precondition one wins; without one all count', async () => {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => put(acme, 'p4', {}, 1)));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      await Promise.all(Array.from({ length: 20 }, () => put(acme, 'p4')));
      expect(await read('p4')).toMatchObject({ version: 22 });
      expect(await versionsOf(await again(), 'Patient', 'p4')).toHaveLength(22);
    });

    test('a review is a version of its own that a change clears', async () => {
      const review = (reviewed: boolean, id = 'p5') =>
        acme.write([{ kind: 'review', type: 'Patient', id, reviewed }], 8_000);
      expect((await review(true))[0]).toMatchObject({
        status: 'reviewed',
        document: { reviewed: true, reviewTime: 8_000, version: 2 },
      });
      const reviewed = (await read('p5')) as StoredDocument;
      expect(JSON.parse(reviewed.json).meta.tag).toEqual([
        { system: 'urn:warmfhir:review', code: 'reviewed' },
      ]);
      expect((await review(false))[0]).toMatchObject({
        status: 'reviewed',
        document: { reviewed: false, reviewTime: null },
      });
      expect(((await read('p5')) as StoredDocument).json).not.toContain('urn:warmfhir:review');
      expect((await review(false))[0]).toMatchObject({ status: 'unchanged' });
      await review(true);
      await put(acme, 'p5');
      expect(await read('p5')).toMatchObject({ reviewed: false, version: 5 });
      expect((await review(true, 'nobody'))[0]).toEqual({ status: 'not-found' });
      expect(await (await again()).reviewCounts()).toEqual([
        { type: 'Basic', reviewed: 0, unreviewed: 1 },
        { type: 'Patient', reviewed: 0, unreviewed: 9 },
      ]);
    });

    test('numbers stay as they were written', async () => {
      const text =
        '{"resourceType":"Basic","id":"b","extension":[{"url":"u","valueDecimal":1.00},{"url":"v","valueDecimal":1e-7}]}';
      const { parseResource } = await import('../../src/fhir/parse-resource.ts');
      await acme.write([{ kind: 'put', content: parseResource(text).content }], 1);
      const stored = (await (await again()).read('Basic', 'b')) as StoredDocument;
      expect(stored.json).toContain('"valueDecimal":1.00}');
      expect(stored.json).toContain('"valueDecimal":1e-7}');
    });

    const walk = async (
      collection: CollectionStore,
      count: number,
      between: (page: SearchPage) => Promise<unknown> = async () => {},
    ) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const more = { count, ...(cursor !== undefined && { cursor }) };
        const page = await collection.search(searchOf('Patient', more));
        ids.push(...page.matches.map((document) => document.id));
        await between(page);
        cursor = page.next;
      } while (cursor !== undefined);
      return ids;
    };

    test('pages are newest first over both arms, and lead back', async () => {
      await put(acme, 'p2');
      await put(acme, 'new');
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'p7' }], 1);
      const collection = await again();
      const expected = ['new', 'p2', 'p8', 'p6', 'p5', 'p4', 'p3', 'p1', 'p0'];
      for (const count of [1, 2, 3, 100]) expect(await walk(collection, count)).toEqual(expected);
      expect(await walk(birch, 4)).toEqual(['p8', 'p7', 'p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
      const page = (cursor?: string) =>
        collection.search(searchOf('Patient', { count: 4, ...(cursor !== undefined && { cursor }) }));
      const first = await page();
      const second = await page(first.next!);
      const back = await page(second.previous!);
      expect(back.matches).toEqual(first.matches);
      expect([first.previous, back.previous]).toEqual([undefined, undefined]);
      await expect(page('x')).rejects.toMatchObject({
        code: 'page-token-invalid',
      });
    });

    test('walking while others write shows every unchanged document once', async () => {
      let change = 8;
      const seen = await walk(acme, 2, () => put(acme, `p${change--}`));
      for (const id of ['p0', 'p1', 'p2', 'p3']) expect(seen.filter((each) => each === id)).toHaveLength(1);
    });

    test('filters by id, time and review, with counts to match', async () => {
      await put(acme, 'p2');
      await acme.write([{ kind: 'review', type: 'Patient', id: 'p6', reviewed: true }], 9_000);
      const collection = await again();
      const found = async (...of: readonly Criterion[]) => {
        const { matches, total } = await collection.search(
          searchOf('Patient', { criterion: { kind: 'all', of } }),
        );
        expect(total).toBe(matches.length);
        return matches.map((document) => document.id);
      };
      const ids = (...ids: readonly string[]) => ({ kind: 'id', ids }) as const;
      const reviewed = (reviewed: boolean) => ({ kind: 'reviewed', reviewed }) as const;
      const time = (comparison: 'ge' | 'lt', from: number): Criterion => ({
        kind: 'last-updated',
        test: { kind: 'range', comparison, from, until: from + 1 },
      });
      expect(await found(ids('p2', 'p0', 'nobody', 'p0'))).toEqual(['p2', 'p0']);
      expect(await found(reviewed(true))).toEqual(['p6']);
      expect(await found(reviewed(false))).toHaveLength(8);
      expect(await found(time('ge', 5_000))).toEqual(['p6', 'p2']);
      expect(await found(time('ge', 5_000), time('lt', 9_000))).toEqual(['p2']);
      expect(await found({ kind: 'not', of: time('ge', 9_000) })).toHaveLength(8);
      expect(await found(ids('p2', 'p6'), reviewed(true))).toEqual(['p6']);
      expect((await collection.search(searchOf('Observation'))).matches).toEqual([]);
    });

    test('lists keep the order of first appearance', async () => {
      await put(acme, 'new1');
      await put(acme, 'p0');
      await put(acme, 'new2');
      await acme.write([{ kind: 'review', type: 'Patient', id: 'new1', reviewed: true }], 1);
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'p1' }], 1);
      const collection = await again();
      const list = async (page: number, count: number, reviewed?: boolean) => {
        const query = { type: 'Patient', page, count, ...(reviewed !== undefined && { reviewed }) };
        const { documents, totalItems } = await collection.list(query);
        return [documents.map((document) => document.id).join(' '), totalItems];
      };
      expect(await list(1, 100)).toEqual(['p0 p2 p3 p4 p5 p6 p7 p8 new1 new2', 10]);
      expect(await list(2, 4)).toEqual(['p5 p6 p7 p8', 10]);
      expect(await list(3, 4)).toEqual(['new1 new2', 10]);
      expect(await list(4, 4)).toEqual(['', 10]);
      expect(await list(1, 9, false)).toEqual(['p0 p2 p3 p4 p5 p6 p7 p8 new2', 9]);
      expect(await list(1, 4, true)).toEqual(['new1', 1]);
    });

    test('a write that was acknowledged is read by every process, at once', { timeout: 60_000 }, async () => {
      const other = await installation.open();
      try {
        for (let round = 0; round < 1_000; round++) {
          const [writer, reader] = round % 2 === 0 ? [store, other] : [other, store];
          const [result] = await put(await collectionOf(writer, 'acme'), 'p8', { language: `l${round}` });
          const seen = (await (await collectionOf(reader, 'acme')).read('Patient', 'p8')) as StoredDocument;
          expect(seen.version).toBe((result as { document: StoredDocument }).document.version);
          expect(seen.json).toContain(`"l${round}"`);
        }
      } finally {
        await other.close();
      }
    });

    test('a search is kept for its tenant until it expires, and found by every process', async () => {
      const hash = 'h'.repeat(22);
      const kept = { hash, text: 'name=Žofie', expires: 10_000 };
      expect(await acme.keptSearch(hash, 0)).toBeUndefined();
      await acme.keepSearch({ ...kept, now: 5_000 });
      const other = await installation.open();
      try {
        expect(await (await collectionOf(other, 'acme')).keptSearch(hash, 9_999)).toEqual(kept);
        expect(await (await collectionOf(other, 'birch')).keptSearch(hash, 9_999)).toBeUndefined();
      } finally {
        await other.close();
      }
      expect(await acme.keptSearch(hash, 10_000)).toBeUndefined();
      await acme.keepSearch({ ...kept, expires: 20_000, now: 6_000 });
      await acme.keepSearch({ ...kept, expires: 15_000, now: 7_000 });
      expect((await acme.keptSearch(hash, 10_000))?.expires).toBe(20_000);
    });

    test('the searches kept for a tenant are so many, the oldest go first', async () => {
      const hash = (index: number) => String(index).padStart(22, '0');
      for (let index = 0; index <= MOST_KEPT_SEARCHES; index++) {
        await acme.keepSearch({ hash: hash(index), text: 'x', expires: 10_000 + index, now: 0 });
      }
      await birch.keepSearch({ hash: hash(0), text: 'x', expires: 1, now: 0 });
      expect(await acme.keptSearch(hash(0), 0)).toBeUndefined();
      expect(await acme.keptSearch(hash(1), 0)).toBeDefined();
      expect(await birch.keptSearch(hash(0), 0)).toBeDefined();
    });

    test('what was acknowledged is there after closing and opening', async () => {
      await put(acme, 'p2', { language: 'de' });
      await store.close();
      store = await installation.open();
      expect(await read('p2')).toMatchObject({ version: 2, json: expect.stringContaining('"de"') });
    });
  });
}
