import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IngestDocument } from '../../src/store/generation.ts';
import type { Store } from '../../src/store/store.ts';
import {
  all,
  batch,
  collectionOf,
  content,
  type Engine,
  type Installation,
  ingestDocument,
  seal,
  searchOf,
  versionsOf,
  warmed,
} from './engine.ts';

const PATIENT = content('Patient', '1');

/** What every engine promises about generations and the registry of tenants. */
export function installationConformance(engine: Engine): void {
  describe(`generations and tenants on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;

    beforeEach(async () => {
      installation = await engine.install();
      store = await installation.open();
    });

    afterEach(async () => {
      await store.close();
      await installation.dispose();
    });

    test('there is nothing before the first generation is sealed', async () => {
      expect(await store.generations.ingestionStatus()).toBeUndefined();
      expect(await store.generations.list()).toEqual([]);
      const build = await store.generations.build('x', 1);
      await build.write(batch([ingestDocument(0, PATIENT)]));
      await expect(store.tenants.warm('acme', 1)).rejects.toMatchObject({ code: 'ingestion-not-ready' });
      await build.seal(2, 'done');
      expect(await store.generations.ingestionStatus()).toEqual({
        ...{ _id: '_system/ingestion_status', ready: true, message: 'done' },
        ...{ startedAt: '1970-01-01T00:00:00.001Z', completedAt: '1970-01-01T00:00:00.002Z' },
      });
      await store.prepare();
      await store.check();
      expect(await store.generations.counts(1)).toEqual(new Map([['Patient', 1]]));
    });

    test('first writes of two processes at once are both kept', async () => {
      await seal(store, [PATIENT]);
      const other = await installation.open();
      const tenants = Array.from({ length: 20 }, (_, number) => `acme-${number}`);
      for (const tenant of tenants) await store.tenants.warm(tenant, 2_000);
      const writeFirst = async (through: Store, tenant: string, id: string) =>
        (await collectionOf(through, tenant)).write([{ kind: 'put', content: content('Basic', id) }], 3_000);
      await Promise.all(
        tenants.flatMap((tenant) => [
          writeFirst(store, tenant, 'of-one'),
          writeFirst(other, tenant, 'of-other'),
        ]),
      );
      const counts = tenants.map(async (tenant) =>
        (await collectionOf(store, tenant)).search(searchOf('Basic', { count: 0 })),
      );
      expect((await Promise.all(counts)).map(({ total }) => total)).toEqual(tenants.map(() => 2));
      await other.close();
    });

    test('a build is resumed by the same sources and discarded by others', async () => {
      const keys = ['1', '2'].map((id) => ({ type: 'Patient', id }));
      const first = await store.generations.build('a', 1);
      await first.write(batch([ingestDocument(0, PATIENT)], { checkpoint: 'behind 1' }));
      await first.close();
      const resumed = await store.generations.build('a', 99);
      expect([resumed.resumed, resumed.startedAt, resumed.number]).toEqual([true, 1, 1]);
      expect(await resumed.checkpoints()).toEqual(new Map([[0, 'behind 1']]));
      expect(await resumed.held(keys)).toEqual(new Set(['Patient/1']));
      await resumed.close();
      const other = await store.generations.build('b', 50);
      expect([other.resumed, other.startedAt, other.number]).toEqual([false, 50, 1]);
      expect(await other.held(keys)).toEqual(new Set());
      await other.discard();
      expect(await store.generations.list()).toEqual([]);
    });

    test('one build at a time: the second is told who holds the lock', async () => {
      const build = await store.generations.build('a', 1);
      const other = await installation.open();
      await expect(other.generations.build('a', 1)).rejects.toMatchObject({
        code: 'ingest-locked',
        detail: expect.stringContaining(String(process.pid)),
      });
      await build.close();
      await (await other.generations.build('a', 1)).close();
      await other.close();
    });

    test('the same id again: equal is unchanged, else the later time wins, else the later place', async () => {
      const version = (position: number, language: string, sourceUpdated: number | null = null) =>
        ingestDocument(position, content('Patient', '1', { language }), { sourceUpdated });
      const build = await store.generations.build('a', 1);
      await build.write(
        batch([version(0, 'a'), version(1, 'a'), version(2, 'b'), version(3, 'c', 9), version(4, 'd', 8)]),
      );
      expect(await build.counts()).toEqual([{ type: 'Patient', stored: 1, unchanged: 1, superseded: 3 }]);
      const [left] = await all(build.documentsOfType('Patient'));
      expect(left).toMatchObject({ rid: 4, json: expect.stringContaining('"c"') });
      await build.discard();
    });

    test('what is left of duplicates does not depend on the order of arrival', async () => {
      const document = fc.record({
        id: fc.constantFrom('1', '2'),
        language: fc.constantFrom('a', 'b'),
        updated: fc.constantFrom(1, 2),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(document, { maxLength: 8 }), fc.nat(), async (documents, seed) => {
          const inOrder = documents.map(({ id, language, updated }, position) =>
            ingestDocument(position, content('Patient', id, { language }), { sourceUpdated: updated }),
          );
          const shuffled = [...inOrder].sort(
            (a, b) => ((a.position * 31 + seed) % 7) - ((b.position * 31 + seed) % 7),
          );
          const left = async (arrival: readonly IngestDocument[]) => {
            const build = await store.generations.build(`run ${Math.random()}`, 1);
            for (const each of arrival) await build.write(batch([each]));
            const found = (await all(build.documentsOfType('Patient'))).map(({ rid, json }) => [rid, json]);
            await build.discard();
            return found;
          };
          expect(await left(shuffled)).toEqual(await left(inOrder));
        }),
        { numRuns: 30 },
      );
    });

    test('conditional references and creates are kept until they are decided', async () => {
      const build = await store.generations.build('a', 1);
      const pending = (position: number, id: string) =>
        ingestDocument(position, content('Patient', id), { pending: true });
      const create = (position: number, id: string) => ({
        document: ingestDocument(position, content('Basic', id)),
        criteria: `identifier=${id}`,
      });
      await build.write(
        batch([pending(0, 'x'), pending(1, 'y')], {
          conditionalCreates: [create(2, 'm'), create(3, 'n'), create(4, 'o')],
        }),
      );
      const [x, y] = await all(build.pendingDocuments());
      const [m, n, o] = await all(build.conditionalCreates());
      expect([x?.id, y?.id, m?.criteria]).toEqual(['x', 'y', 'identifier=m']);
      await build.resolve({
        replaced: [{ rid: x!.rid, content: content('Patient', 'x', { language: 'de' }) }],
        created: [{ rid: m!.rid }],
        unchanged: [{ rid: n!.rid }],
        rejected: [
          { rid: y!.rid, reject: { source: 's', line: 1, offset: 0, reason: 'none matches' } },
          { rid: o!.rid, reject: { source: 's', line: 2, offset: 9, reason: 'two match' } },
        ],
      });
      expect(await all(build.pendingDocuments())).toEqual([]);
      expect(await all(build.conditionalCreates())).toEqual([]);
      expect(await build.counts()).toEqual([
        { type: 'Basic', stored: 1, unchanged: 1, superseded: 0 },
        { type: 'Patient', stored: 1, unchanged: 0, superseded: 0 },
      ]);
      expect([await build.rejectCount(), ...(await all(build.rejects()))]).toMatchObject([
        2,
        { reason: 'none matches' },
        { line: 2, offset: 9 },
      ]);
      await build.discard();
    });

    test('tenants stay pinned; new ones get the newest generation; pinned and newest ones are not pruned', async () => {
      await seal(store, [PATIENT], 1_000);
      const old = await warmed(store, 'old');
      await seal(store, [PATIENT, content('Patient', '2')], 2_000);
      const fresh = await warmed(store, 'fresh');
      expect(await old.read('Patient', '2')).toBeUndefined();
      expect(await fresh.read('Patient', '2')).toMatchObject({ version: 1_000_001, lastUpdated: 2_000 });
      expect((await store.tenants.warm('old', 9)).record.generation).toBe(1);
      for (const generation of [1, 2]) {
        await expect(store.generations.prune(generation)).rejects.toMatchObject({
          code: 'generation-pinned',
        });
      }
      await expect(store.generations.prune(7)).rejects.toMatchObject({ code: 'generation-unknown' });
      await store.tenants.remove('old');
      await store.generations.prune(1);
      expect((await store.generations.list()).map(({ number, state }) => [number, state])).toEqual([
        [1, 'pruned'],
        [2, 'sealed'],
      ]);
    });

    test('the registry is shared: what one process writes moves the revision of the other', async () => {
      await seal(store, [PATIENT]);
      const other = await installation.open();
      // An engine on another machine hears of it a moment later.
      const moved = async (change: () => Promise<unknown>) => {
        const before = other.tenants.revision();
        await change();
        await expect.poll(() => other.tenants.revision(), { interval: 5, timeout: 5_000 }).not.toBe(before);
      };
      await moved(() => store.tenants.warm('acme', 100));
      expect(await other.tenants.get('acme')).toMatchObject({
        id: 'acme',
        warmedAt: 100,
        lastRequest: 100,
        overlay: false,
      });
      expect((await store.tenants.warm('acme', 200)).created).toBe(false);
      await store.tenants.recordRequests(
        new Map([
          ['acme', 500],
          ['nobody', 1],
        ]),
      );
      await store.tenants.recordRequests(new Map([['acme', 400]]));
      expect(await other.tenants.get('acme')).toMatchObject({ lastRequest: 500 });
      await moved(() => store.tenants.cool('acme'));
      expect(await other.tenants.get('acme')).toMatchObject({ warmedAt: null });
      expect(await store.tenants.cool('nobody')).toBe(false);
      expect((await other.tenants.list()).map(({ id }) => id)).toEqual(['acme']);
      await other.close();
    });

    test('tenants are counted, and who is warm among them', async () => {
      await seal(store, [PATIENT]);
      for (const id of ['warmed', 'used', 'idle', 'cooled', 'removed']) await store.tenants.warm(id, 1_000);
      await store.tenants.warm('warmed', 5_000);
      await store.tenants.recordRequests(new Map([['used', 6_000]]));
      await store.tenants.cool('cooled');
      await store.tenants.remove('removed');
      expect(await store.tenants.count(6_000, 5_000)).toEqual({ registered: 4, warm: 2 });
      expect(await store.tenants.count(6_000, 5_001)).toEqual({ registered: 4, warm: 3 });
      expect(await store.tenants.count(99_000, 5_000)).toEqual({ registered: 4, warm: 0 });
    });

    test('concurrent warm-ups of one tenant make it once', async () => {
      await seal(store, [PATIENT]);
      const other = await installation.open();
      const warmUps = await Promise.all(
        [store, other].flatMap((each) => Array.from({ length: 50 }, () => each.tenants.warm('acme', 1))),
      );
      expect(warmUps.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(warmUps.map(({ record }) => record.serial)).size).toBe(1);
      await other.close();
    });

    test('a removed tenant leaves no byte, and comes back as an empty copy', async () => {
      await seal(store, [PATIENT]);
      const acme = await warmed(store, 'acme-the-tenant');
      await acme.write(
        [{ kind: 'put', content: content('Basic', 'b', { code: { text: 'marker-text' } }) }],
        1,
      );
      const kept = { hash: 'h'.repeat(22), text: 'search-marker', expires: 9e12, now: 1 };
      await acme.keepSearch(kept);
      const { serial } = (await store.tenants.get('acme-the-tenant'))!;
      expect(await store.tenants.usage((await store.tenants.get('acme-the-tenant'))!)).toMatchObject({
        documentsChanged: 1,
      });
      const other = await installation.open();
      expect(await other.tenants.remove('acme-the-tenant')).toBe(true);
      expect(await other.tenants.remove('acme-the-tenant')).toBe(false);
      await other.close();
      const left = ['marker-text', 'search-marker', 'acme-the-tenant'];
      expect(await installation.findOnDisk(left)).toEqual([]);
      await acme.keepSearch(kept);
      expect(await installation.findOnDisk(left)).toEqual([]);
      const late = acme.write([{ kind: 'put', content: content('Basic', 'b') }], 1);
      await expect(late).rejects.toMatchObject({ code: 'tenant-cold' });
      const anew = await warmed(store, 'acme-the-tenant');
      expect((await store.tenants.get('acme-the-tenant'))!.serial).not.toBe(serial);
      expect(await anew.read('Basic', 'b')).toBeUndefined();
      await anew.write([{ kind: 'put', content: content('Basic', 'b') }], 1);
      expect(await versionsOf(await collectionOf(store, 'acme-the-tenant'), 'Basic', 'b')).toHaveLength(1);
    });

    test('signatures are the same on every node', async () => {
      const other = await installation.open();
      expect(other.sign('text')).toBe(store.sign('text'));
      expect(store.sign('text')).toMatch(/^[\w-]{22}$/);
      expect(store.sign('text ')).not.toBe(store.sign('text'));
      await other.close();
    });
  });
}
