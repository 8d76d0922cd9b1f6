import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../src/store/document.ts';
import type { HistoryQuery } from '../../src/store/history.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import { collectionOf, content, type Engine, type Installation, seal, warmed } from './engine.ts';

const MASTER = [
  ...Array.from({ length: 5 }, (_, index) => content('Patient', `p${index}`)),
  content('Basic', 'b'),
];
const SEALED_AT = 10_000;

/** What every engine promises about the versions of a collection. */
export function historyConformance(engine: Engine): void {
  describe(`histories on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;
    let acme: CollectionStore;

    beforeEach(async () => {
      installation = await engine.install();
      store = await installation.open();
      await seal(store, MASTER, SEALED_AT);
      acme = await warmed(store, 'acme');
      const write = async (now: number, ...writes: Parameters<CollectionStore['write']>[0]) => {
        await acme.write(writes, now);
        acme = await collectionOf(store, 'acme');
      };
      // 7 versions beside the 6 of the master: p1 twice, p2 deleted and back, two new ones, b reviewed.
      await write(20_000, { kind: 'put', content: content('Patient', 'p1', { gender: 'male' }) });
      await write(30_000, { kind: 'delete', type: 'Patient', id: 'p2' });
      await write(40_000, { kind: 'put', content: content('Patient', 'p1', { gender: 'other' }) });
      await write(
        50_000,
        { kind: 'create', content: content('Patient', 'new') },
        { kind: 'put', content: content('Basic', 'own') },
      );
      await write(60_000, { kind: 'put', content: content('Patient', 'p2') });
      await write(70_000, { kind: 'review', type: 'Basic', id: 'b', reviewed: true });
    });

    afterEach(async () => {
      await store.close();
      await installation.dispose();
    });

    const named = ({ document: { type, id, version, deleted }, isNew }: HistoryEntry) =>
      `${type}/${id}/${version}${deleted ? ' deleted' : isNew ? ' new' : ''}`;
    const all = async (query: Partial<HistoryQuery> = {}) => {
      const { entries, total, next } = await acme.history({ count: 100, ...query });
      expect([total, next]).toEqual([entries.length, undefined]);
      return entries.map(named);
    };
    const changes = [
      'Basic/b/2',
      'Patient/p2/3 new',
      'Patient/new/1 new',
      'Basic/own/1 new',
      'Patient/p1/3',
      'Patient/p2/2 deleted',
      'Patient/p1/2',
    ];
    const master = ['Patient/p4', 'Patient/p3', 'Patient/p2', 'Patient/p1', 'Patient/p0', 'Basic/b'].map(
      (key) => `${key}/1 new`,
    );
    const isPatient = (name: string) => name.startsWith('Patient');

    test('hold every version of the collection, of a type and of a document, newest first', async () => {
      expect(await all()).toEqual([...changes, ...master]);
      expect(await all({ type: 'Patient' })).toEqual([...changes, ...master].filter(isPatient));
      expect(await all({ type: 'Patient', id: 'p2' })).toEqual([
        'Patient/p2/3 new',
        'Patient/p2/2 deleted',
        'Patient/p2/1 new',
      ]);
      expect(await all({ type: 'Patient', id: 'p0' })).toEqual(['Patient/p0/1 new']);
      expect(await all({ type: 'Patient', id: 'nobody' })).toEqual([]);
      expect(await all({ type: 'Observation' })).toEqual([]);
      const birch = await warmed(store, 'birch');
      expect((await birch.history({ count: 100 })).entries.map(named)).toEqual(master);
    });

    test('say how each version came to be', async () => {
      const { entries } = await acme.history({ type: 'Patient', count: 100 });
      const method = (name: string) => entries.find((entry) => named(entry) === name)?.method;
      expect(method('Patient/new/1 new')).toBe('POST');
      expect(method('Patient/p1/2')).toBe('PUT');
      expect(method('Patient/p2/2 deleted')).toBe('DELETE');
      expect(method('Patient/p1/1 new')).toBe('POST');
    });

    test('go by pages that together hold each version once', async () => {
      for (const query of [{}, { type: 'Patient' }, { type: 'Patient', id: 'p1' }, { since: 30_000 }]) {
        const whole = await acme.history({ count: 100, ...query });
        for (const count of [1, 2, 5]) {
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await acme.history({ ...query, count, ...(cursor !== undefined && { cursor }) });
            expect(page.total).toBe(whole.total);
            seen.push(...page.entries.map(named));
            cursor = page.next;
          } while (cursor !== undefined);
          expect(seen).toEqual(whole.entries.map(named));
        }
      }
      await expect(acme.history({ count: 1, cursor: 'x' })).rejects.toMatchObject({
        code: 'page-token-invalid',
      });
    });

    test('have an order among versions of one time, also where a clock stood before the master', async () => {
      let birch = await warmed(store, 'birch');
      for (const id of ['p1', 'early', 'p3', 'p1']) {
        await birch.write([{ kind: 'put', content: content('Patient', id) }], 5_000);
        birch = await collectionOf(store, 'birch');
      }
      const expected = [
        ...['Patient/p4/1 new', 'Patient/p3/2', 'Patient/p3/1 new', 'Patient/p2/1 new', 'Patient/p1/3'],
        ...['Patient/p1/2', 'Patient/p1/1 new', 'Patient/p0/1 new', 'Basic/b/1 new', 'Patient/early/1 new'],
      ];
      for (const [type, wanted] of [
        [undefined, expected],
        ['Patient', expected.filter(isPatient)],
      ] as const) {
        for (const count of [1, 3, 100]) {
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await birch.history({
              ...{ ...(type && { type }), count },
              ...(cursor !== undefined && { cursor }),
            });
            seen.push(...page.entries.map(named));
            cursor = page.next;
          } while (cursor !== undefined);
          expect(seen).toEqual(wanted);
        }
      }
      const { entries } = await birch.history({ type: 'Patient', id: 'p1', count: 9 });
      expect(entries.map(named)).toEqual(['Patient/p1/3', 'Patient/p1/2', 'Patient/p1/1 new']);
    });

    test('show a page that was begun before others wrote as it would have been', async () => {
      const first = await acme.history({ type: 'Patient', count: 3 });
      const before = await acme.history({ type: 'Patient', count: 100, cursor: first.next! });
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'p4' }], 80_000);
      const after = await acme.history({ type: 'Patient', count: 100, cursor: first.next! });
      expect(after.entries).toEqual(before.entries);
    });

    test('begin at a time', async () => {
      expect(await all({ since: 60_000 })).toEqual(changes.slice(0, 2));
      expect(await all({ since: 60_001 })).toEqual(changes.slice(0, 1));
      expect(await all({ since: SEALED_AT + 1 })).toHaveLength(7);
      expect(await all({ since: SEALED_AT })).toHaveLength(13);
      expect(await all({ since: 90_000 })).toEqual([]);
      expect(await all({ type: 'Patient', id: 'p1', since: 25_000 })).toEqual(['Patient/p1/3']);
    });

    test('hold what was current at a time', async () => {
      expect(await all({ type: 'Patient', id: 'p1', at: { from: 30_000, until: 30_001 } })).toEqual([
        'Patient/p1/2',
      ]);
      expect(await all({ type: 'Patient', id: 'p1', at: { from: 30_000, until: 45_000 } })).toEqual([
        'Patient/p1/3',
        'Patient/p1/2',
      ]);
      expect((await all({ type: 'Patient', at: { from: 35_000, until: 35_001 } })).sort()).toEqual([
        'Patient/p0/1 new',
        'Patient/p1/2',
        'Patient/p2/2 deleted',
        'Patient/p3/1 new',
        'Patient/p4/1 new',
      ]);
      expect((await all({ at: { from: SEALED_AT, until: SEALED_AT + 1 } })).sort()).toEqual(
        [...master].sort(),
      );
      expect(await all({ at: { from: 1, until: 2 } })).toEqual([]);
    });

    test('count without giving any', async () => {
      expect(await acme.history({ type: 'Patient', count: 0 })).toEqual({ entries: [], total: 10 });
    });

    test('have every version to read, the master among them', async () => {
      for (const version of [1, 2, 3]) {
        expect(await acme.readVersion('Patient', 'p1', version)).toMatchObject({ id: 'p1', version });
      }
      expect(await acme.readVersion('Patient', 'p2', 2)).toMatchObject({ deleted: true });
      expect(await acme.readVersion('Patient', 'p0', 1)).toMatchObject({ version: 1 });
      expect(await acme.readVersion('Patient', 'p0', 2)).toBeUndefined();
      expect(await acme.readVersion('Patient', 'p1', 4)).toBeUndefined();
    });
  });
}
