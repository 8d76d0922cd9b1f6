import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../src/fhir/resource-content.ts';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { SortKey } from '../../src/fhir/search/parsed-search.ts';
import type { SearchQuery } from '../../src/store/search.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import { content, type Engine, type Installation, seal, warmed } from './engine.ts';
import { parameter } from './search-values.ts';

const NOTHING: IndexedValues = {
  ...{ token: [], tokenText: [], string: [], date: [], number: [], quantity: [] },
  ...{ reference: [], identifier: [], uri: [], composite: [] },
};

const NAME = parameter('Patient', 'string');

function named(id: string, name: string, members: object = {}): ResourceContent {
  return { ...content('Patient', id, members), indexed: { ...NOTHING, string: [[NAME, name, name]] } };
}

const EVERYTHING: Criterion = { kind: 'all', of: [] };
const BY_NAME: SortKey = { descending: false, by: { kind: 'index', parameters: [NAME], shape: 'string' } };

function query(more: Partial<SearchQuery> = {}): SearchQuery {
  const types = [{ type: 'Patient', criterion: EVERYTHING }];
  return { types, sort: [], count: 2, total: 'none', includes: [], ...more };
}

/** Ids of all pages; `between` runs after each page. */
async function walked(
  collection: CollectionStore,
  asked: SearchQuery,
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 1; ; page++) {
    const { matches, next } = await collection.search({ ...asked, ...(cursor !== undefined && { cursor }) });
    ids.push(...matches.map(({ id }) => id));
    if (next === undefined) return ids;
    expect(Buffer.byteLength(next)).toBeLessThanOrEqual(150);
    cursor = next;
    await between(page);
  }
}

/** What searches do beside finding the right documents, which `search-model.ts` is about. */
export function searchConformance(engine: Engine): void {
  describe(`searches on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;
    let acme: CollectionStore;

    const open = async (resources: readonly ResourceContent[]) => {
      await seal(store, resources);
      acme = await warmed(store, 'acme');
    };

    beforeEach(async () => {
      installation = await engine.install();
      store = await installation.open();
    });
    afterEach(async () => {
      await store.close();
      await installation.dispose();
    });

    test('show every unchanged document once to who walks all pages while others write', async () => {
      const ids = Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, '0')}`);
      await open(ids.map((id, index) => named(id, `name ${(index * 5) % 12}`)));
      const changed = ['p01', 'p04', 'p08'];
      for (const sort of [[], [BY_NAME], [{ ...BY_NAME, descending: true }]]) {
        const seen = await walked(acme, query({ sort }), async (page) => {
          const id = changed[page % changed.length]!;
          await acme.write([{ kind: 'put', content: named(id, `name ${page}`) }], 3_000 + page);
          await acme.write([{ kind: 'review', type: 'Patient', id, reviewed: true }], 3_000 + page);
        });
        const unchanged = ids.filter((id) => !changed.includes(id));
        expect(seen.filter((id) => unchanged.includes(id)).toSorted()).toEqual(unchanged);
      }
    });

    test('page by texts that are too long for a cursor, in master and overlay', async () => {
      const long = 'x'.repeat(300);
      const master = ['a', 'b', 'c', 'd'].map((id) => named(id, `${long} ${id}`));
      await open(master);
      for (const id of ['e', 'f', 'g']) {
        await acme.write([{ kind: 'create', content: named(id, `${long} ${id}`) }], 3_000);
      }
      const ids = await walked(acme, query({ sort: [BY_NAME], count: 1 }));
      expect(ids).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    });

    test('compare all of a text that is too long for an index', async () => {
      const long = 'x'.repeat(450);
      await open(['a', 'b'].map((id) => named(id, `${long}${id}`)));
      await acme.write([{ kind: 'create', content: named('c', `${long}c`) }], 3_000);
      const found = async (text: string) => {
        const tests = [{ kind: 'string', mode: 'prefix', text }] as const;
        const criterion: Criterion = { kind: 'index', parameter: NAME, tests };
        return (await walked(acme, query({ types: [{ type: 'Patient', criterion }] }))).toSorted();
      };
      expect(await found(long)).toEqual(['a', 'b', 'c']);
      expect(await found(`${long}b`)).toEqual(['b']);
      expect(await found(`${long}c`)).toEqual(['c']);
      expect(await found(`${long}cc`)).toEqual([]);
    });

    test('find words of the narrative and of the content in either arm', async () => {
      const div = '<div xmlns="http://www.w3.org/1999/xhtml">An <b>Über</b>-test of hearts</div>';
      await open([
        named('narrative', 'n', { text: { status: 'generated', div } }),
        named('content', 'n', { name: [{ text: 'Two hearts' }] }),
        named('neither', 'n', { name: [{ text: 'sweetheart' }] }),
      ]);
      await acme.write(
        [{ kind: 'create', content: named('own', 'n', { name: [{ text: 'HEARTS!' }] }) }],
        3_000,
      );
      const found = async (place: 'text' | 'content', ...words: string[]) => {
        const criterion: Criterion = { kind: 'words', in: place, words };
        return (await walked(acme, query({ types: [{ type: 'Patient', criterion }] }))).toSorted();
      };
      expect(await found('text', 'hearts')).toEqual(['narrative']);
      expect(await found('text', 'hearts', 'uber')).toEqual(['narrative']);
      expect(await found('content', 'hearts')).toEqual(['content', 'narrative', 'own']);
      expect(await found('content', 'hearts', 'two')).toEqual(['content']);
      expect(await found('text')).toEqual(['narrative']);
      expect(await found('content')).toEqual(['content', 'narrative', 'neither', 'own']);
    });

    test('follow a chain to what a tenant writes after it was followed before', async () => {
      const subject = parameter('Observation', 'reference');
      const about = (id: string, patient: string): ResourceContent => ({
        ...content('Observation', id),
        indexed: { ...NOTHING, reference: [[subject, 'Patient', patient, '', '']] },
      });
      await open([named('ada', 'ada'), named('bea', 'bea'), about('first', 'ada')]);
      const of: Criterion = {
        kind: 'index',
        parameter: NAME,
        tests: [{ kind: 'string', mode: 'prefix', text: 'ada' }],
      };
      const criterion: Criterion = { kind: 'chain', parameter: subject, type: 'Patient', of };
      const found = async () =>
        (await walked(acme, query({ types: [{ type: 'Observation', criterion }] }))).toSorted();
      // The tenant has Observations of its own, none of which is about her; her document stays the master's.
      await acme.write([{ kind: 'put', content: about('other', 'bea') }], 3_000);
      expect(await found()).toEqual(['first']);
      await acme.write([{ kind: 'put', content: about('second', 'ada') }], 4_000);
      expect(await found()).toEqual(['first', 'second']);
      await acme.write([{ kind: 'put', content: about('first', 'bea') }], 5_000);
      expect(await found()).toEqual(['second']);
    });

    test('give totals when they are asked for, and without matches', async () => {
      await open(['a', 'b', 'c'].map((id) => named(id, id)));
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'b' }], 3_000);
      expect((await acme.search(query({ count: 1 }))).total).toBeUndefined();
      expect((await acme.search(query({ count: 1, total: 'accurate' }))).total).toBe(2);
      const none = await acme.search(query({ count: 0, total: 'accurate' }));
      expect(none).toMatchObject({ matches: [], total: 2 });
    });

    test('refuse cursors that are none of their own', async () => {
      await open([named('a', 'a')]);
      for (const cursor of ['', 'n', 'x', 'nAAAA', 'n[1,2,3]', 'n[1']) {
        const refusal = acme.search(query({ cursor }));
        await expect(refusal).rejects.toMatchObject({ code: 'page-token-invalid' });
      }
    });
  });
}
