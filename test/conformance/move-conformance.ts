import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../src/fhir/resource-content.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { SearchParameters } from '../../src/fhir/search/search-parameters.ts';
import { moveInstallation } from '../../src/move/move.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import type { Write } from '../../src/store/write.ts';
import {
  batch,
  collectionOf,
  content,
  type Engine,
  type Installation,
  ingestDocument,
  seal,
  searchOf,
} from './engine.ts';

const NEVER = new AbortController().signal;
const extraction = new Extraction();
const CODE = new SearchParameters().find('Basic', 'code')!.number;
const CODES = ['de', 'fr', 'it', 'é', 'x', 'nl'];
const BASICS = Array.from({ length: 12 }, (_, index) => coded(`b${index}`, 'de'));

/** A resource that is found by its code. */
function coded(id: string, code: string): ResourceContent {
  const members = { code: { coding: [{ system: 'urn:s', code }] } };
  const indexed = extraction.indexedValues({ resourceType: 'Basic', id, ...members });
  return { ...content('Basic', id, members), indexed };
}

/** The ids that have each code, newest first. */
async function found(collection: CollectionStore): Promise<unknown> {
  const pages = CODES.map((code) =>
    collection.search({
      types: [
        {
          type: 'Basic',
          criterion: { kind: 'index', parameter: CODE, tests: [{ kind: 'token', system: 'urn:s', code }] },
        },
      ],
      ...{ sort: [], includes: [], count: 100, total: 'accurate' },
    }),
  );
  return (await Promise.all(pages)).map(({ matches, total }) => [total, ...matches.map(({ id }) => id)]);
}

/** What tenants see of their documents, versions and reviews, and the order of them. */
async function seen(collection: CollectionStore): Promise<unknown> {
  const { matches } = await collection.search(searchOf('Basic'));
  const { documents: listed } = await collection.list({ type: 'Basic', page: 1, count: 100 });
  const ids = [...BASICS.map(({ id }) => id), 'own', 'gone'];
  const histories = await Promise.all(ids.map((id) => collection.history({ type: 'Basic', id, count: 100 })));
  return {
    documents: matches.map(({ bytes: _, ...document }) => document),
    order: listed.map(({ id }) => id),
    histories: histories.map(({ entries }) =>
      entries.map(({ document, ...entry }) => ({ ...entry, ...document, bytes: undefined })),
    ),
    found: await found(collection),
    reviewed: (
      await collection.search(searchOf('Basic', { criterion: { kind: 'reviewed', reviewed: true } }))
    ).total,
  };
}

/** An installation moves from one engine to another, or to another place of the same. */
export function moveConformance(source: Engine, target: Engine): void {
  describe(`a move from ${source.name} to ${target.name}`, () => {
    let installations: Installation[];
    let from: Store;
    let to: Store;

    beforeEach(async () => {
      installations = [await source.install(), await target.install()];
      from = await installations[0]!.open();
      to = await installations[1]!.open();
    });

    afterEach(async () => {
      await from.close();
      await to.close();
      for (const installation of installations) await installation.dispose();
    });

    const put = (id: string, language: string): Write => ({
      kind: 'put',
      content: coded(id, language),
    });
    const change = async (tenant: string, ...writes: readonly Write[]) => {
      for (const [index, write] of writes.entries()) {
        await (await collectionOf(from, tenant)).write([write], 5_000 + index);
      }
    };

    /** Three generations, the first of them pruned, and tenants that have changed nothing, a little, and more. */
    async function fill(): Promise<void> {
      await seal(from, [content('Basic', 'old')], 1_000);
      await seal(from, BASICS, 2_000);
      await from.generations.prune(1);
      await from.tenants.warm('acme', 3_000);
      await from.tenants.warm('untouched', 3_000);
      await from.tenants.cool('untouched');
      const third = await from.generations.build('third', 4_000);
      for (const stream of [0, 3]) {
        await third.write(
          batch(
            BASICS.slice(stream * 2, stream * 2 + 6).map((each, index) => ingestDocument(index * 7, each)),
            { stream },
          ),
        );
      }
      await third.seal(4_500, 'third');
      await from.tenants.warm('birch', 4_600);
      await change('acme', put('b3', 'fr'), put('b3', 'it'), {
        kind: 'review',
        type: 'Basic',
        id: 'b4',
        reviewed: true,
      });
      await change('acme', put('own', 'é'), { kind: 'delete', type: 'Basic', id: 'b5' });
      await change('acme', put('gone', 'x'), { kind: 'delete', type: 'Basic', id: 'gone' });
      await change('birch', put('b7', 'fr'), { kind: 'review', type: 'Basic', id: 'b7', reviewed: true });
    }

    const described = async (store: Store) => ({
      status: await store.generations.ingestionStatus(),
      generations: (await store.generations.list()).map(({ bytes: _, ...generation }) => generation),
      tenants: (await store.tenants.list()).map(({ serial: _, ...tenant }) => tenant),
      counts: [await store.generations.counts(2), await store.generations.counts(3)],
      acme: await seen(await collectionOf(store, 'acme')),
      birch: await seen(await collectionOf(store, 'birch')),
      untouched: await seen(await collectionOf(store, 'untouched')),
    });

    test('keeps generations, rids, tenants, histories and reviews, and the source as it was', async () => {
      await fill();
      const before = await described(from);
      const moved = await moveInstallation({ from, to, signal: NEVER });
      expect(moved.map(({ what, count }) => [what, count])).toEqual([
        ['generation 2', 12],
        ['generation 3', 12],
        ['tenants', 3],
        ['changed documents', 6],
        ['former versions', 7],
      ]);
      expect(await described(to)).toEqual(before);
      expect(await described(from)).toEqual(before);
      // It goes on as the source would have.
      await to.prepare();
      for (const store of [from, to]) {
        await (await collectionOf(store, 'acme')).write(
          [put('b3', 'nl'), put('b9', 'nl'), put('own', 'nl')],
          9_000,
        );
        await seal(store, [content('Basic', 'fourth')], 10_000);
        await store.tenants.warm('cedar', 11_000);
      }
      expect(await described(to)).toEqual(await described(from));
    });

    test('goes into an empty store alone', async () => {
      await expect(moveInstallation({ from, to, signal: NEVER })).rejects.toMatchObject({
        code: 'ingestion-not-ready',
      });
      await fill();
      await seal(to, [content('Basic', 'b')]);
      await expect(moveInstallation({ from, to, signal: NEVER })).rejects.toMatchObject({
        code: 'store-not-empty',
      });
      expect((await to.generations.list()).map(({ state }) => state)).toEqual(['sealed']);
    });

    test('that was interrupted shows nothing, takes no ingest, and can be run anew', async () => {
      await fill();
      for (const interruptAt of [1, 2, 3, 4]) {
        const stop = new AbortController();
        let calls = 0;
        const interrupted = new Proxy(from.transfer, {
          get: (real, name: keyof typeof from.transfer) => {
            calls++;
            if (calls === interruptAt) stop.abort();
            return real[name].bind(real);
          },
        });
        const source = { generations: from.generations, tenants: from.tenants, transfer: interrupted };
        await expect(moveInstallation({ from: source, to, signal: stop.signal })).rejects.toMatchObject({
          code: 'ingest-interrupted',
        });
        expect(await to.generations.ingestionStatus()).toBeUndefined();
        await expect(to.tenants.warm('acme2', 1)).rejects.toMatchObject({ code: 'ingestion-not-ready' });
        await expect(to.generations.build('x', 1)).rejects.toMatchObject({ code: 'move-unfinished' });
      }
      await moveInstallation({ from, to, signal: NEVER });
      expect(await described(to)).toEqual(await described(from));
    });

    test('is refused while the target is being filled, and when the source changes meanwhile', async () => {
      await fill();
      const build = await to.generations.build('x', 1);
      const other = await installations[1]!.open();
      await expect(moveInstallation({ from, to: other, signal: NEVER })).rejects.toMatchObject({
        code: 'ingest-locked',
      });
      await build.discard();
      const finish = async () => {
        await change('acme', put('late', 'x'));
        return to.tenants.list();
      };
      const tenants = new Proxy(to.tenants, {
        get: (real, name: keyof typeof to.tenants) => (name === 'list' ? finish : real[name].bind(real)),
      });
      const late = { generations: to.generations, tenants, transfer: to.transfer };
      await expect(moveInstallation({ from, to: late, signal: NEVER })).rejects.toMatchObject({
        code: 'move-unverified',
        detail: expect.stringContaining('written to'),
      });
      await other.close();
      expect(await to.generations.ingestionStatus()).toBeUndefined();
    });
  });
}
