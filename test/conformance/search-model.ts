import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { Include, SortKey } from '../../src/fhir/search/parsed-search.ts';
import type { SearchPage, SearchQuery } from '../../src/store/search.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import type { Write } from '../../src/store/write.ts';
import { collectionOf, content, type Engine, seal } from './engine.ts';
import { NaiveCollection, type NaiveDocument } from './naive-search.ts';
import { criterion, IDS, includes, indexedValues, type ModelType, sortKeys, TYPES } from './search-values.ts';

interface Step {
  readonly do: 'put' | 'delete' | 'review' | 'unreview';
  readonly type: ModelType;
  readonly id: string;
  readonly indexed: IndexedValues;
}

interface Question {
  readonly types: SearchQuery['types'];
  readonly sort: readonly SortKey[];
  readonly includes: readonly Include[];
  readonly count: number;
}

const type = fc.constantFrom(...TYPES);

const step: fc.Arbitrary<Step> = type.chain((of) =>
  fc.record({
    do: fc.constantFrom('put', 'put', 'put', 'delete', 'review', 'unreview'),
    type: fc.constant(of),
    id: fc.constantFrom(...IDS),
    indexed: indexedValues(of),
  }),
) as fc.Arbitrary<Step>;

const question: fc.Arbitrary<Question> = fc.record({
  types: fc
    .oneof(
      { weight: 4, arbitrary: type.map((one): ModelType[] => [one]) },
      { weight: 1, arbitrary: fc.subarray([...TYPES], { minLength: 2 }) },
    )
    .chain((types) =>
      fc.tuple(
        ...types.map((one) =>
          criterion(one).map((its): { type: string; criterion: Criterion } => ({
            type: one,
            criterion: its,
          })),
        ),
      ),
    ),
  sort: sortKeys,
  includes,
  count: fc.integer({ min: 1, max: 4 }),
});

/** Three documents in four are the master's. */
const masterValues = fc.tuple(
  ...TYPES.flatMap((of) =>
    IDS.slice(0, 4).map((id) => indexedValues(of).map((indexed) => ({ of, id, indexed }))),
  ),
);

const RUN = fc.record({
  steps: fc.array(step, { maxLength: 12, size: 'max' }),
  questions: fc.array(question, { minLength: 12, maxLength: 12, size: 'max' }),
});

function writeOf({ do: action, type: of, id, indexed }: Step): Write {
  switch (action) {
    case 'put':
      return { kind: 'put', content: { ...content(of, id), indexed } };
    case 'delete':
      return { kind: 'delete', type: of, id };
    default:
      return { kind: 'review', type: of, id, reviewed: action === 'review' };
  }
}

function applyTo(model: NaiveCollection, { do: action, type: of, id, indexed }: Step, number: number): void {
  const key = `${of}/${id}`;
  const current = model.documents.get(key);
  const changed = { order: 1_000 + number, lastUpdated: 3_000 + number };
  switch (action) {
    case 'put':
      model.documents.set(key, { type: of, id, reviewTime: null, indexed, ...changed });
      break;
    case 'delete':
      model.documents.delete(key);
      break;
    case 'review':
      if (current !== undefined)
        model.documents.set(key, { ...current, ...changed, reviewTime: 3_000 + number });
      break;
    case 'unreview':
      if (current !== undefined && current.reviewTime !== null)
        model.documents.set(key, { ...current, ...changed, reviewTime: null });
      break;
  }
}

const key = ({ type: of, id }: { readonly type: string; readonly id: string }) => `${of}/${id}`;

async function expectSame(
  collection: CollectionStore,
  model: NaiveCollection,
  asked: Question,
): Promise<void> {
  const { types, sort, count } = asked;
  const expected = model.sorted(
    types.flatMap(({ type: of, criterion: its }) => model.matches(of, its)),
    sort,
  );
  const query = { types, sort, count, includes: asked.includes, total: 'accurate' } as const;
  const pages: SearchPage[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await collection.search({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    if (page.next === undefined) break;
    expect(Buffer.byteLength(page.next)).toBeLessThanOrEqual(150);
    expect(pages.length).toBeLessThan(40);
    cursor = page.next;
  }
  expect(pages.flatMap(({ matches }) => matches.map(key))).toEqual(expected.map(key));
  for (const [index, page] of pages.entries()) {
    expect(page.total).toBe(expected.length);
    const matches = expected.slice(index * count, (index + 1) * count);
    expect(page.included.map(key).sort()).toEqual(model.included(matches, asked.includes).map(key).sort());
  }
  await expectSameBackwards(collection, query, pages);
  const cheap = await collection.search({ ...query, total: 'if-cheap' });
  expect(cheap.total ?? expected.length).toBe(expected.length);
  expect((await collection.search({ ...query, count: 0 })).total).toBe(expected.length);
}

async function expectSameBackwards(
  collection: CollectionStore,
  query: SearchQuery,
  pages: readonly SearchPage[],
): Promise<void> {
  let cursor = pages.at(-1)!.previous;
  for (let index = pages.length - 2; index >= 0; index--) {
    const page: SearchPage = await collection.search({ ...query, cursor: cursor! });
    expect(page.matches.map(key)).toEqual(pages[index]!.matches.map(key));
    cursor = page.previous;
  }
  expect(cursor).toBeUndefined();
}

async function run(
  store: Store,
  tenant: string,
  master: NaiveCollection,
  { steps, questions }: { readonly steps: readonly Step[]; readonly questions: readonly Question[] },
): Promise<void> {
  const model = new NaiveCollection();
  for (const [name, document] of master.documents) model.documents.set(name, document);
  await store.tenants.warm(tenant, 2_000);
  for (const [number, each] of steps.entries()) {
    const collection = await collectionOf(store, tenant);
    await collection.write([writeOf(each)], 3_000 + number);
    applyTo(model, each, number);
  }
  const collection = await collectionOf(store, tenant);
  for (const asked of questions) await expectSame(collection, model, asked);
}

/** Searches find what looking at every document finds, whatever a tenant has changed and whatever is asked. */
export function searchModel(engine: Engine): void {
  describe(`searches on ${engine.name}, whatever is written and asked`, () => {
    test.each([1, 2, 3])(
      'agree with looking at every document (master %i)',
      { timeout: 300_000 },
      async (seed) => {
        const installation = await engine.install();
        const store = await installation.open();
        try {
          const values = fc.sample(masterValues, { numRuns: 1, seed })[0]!;
          const master = new NaiveCollection();
          for (const [position, { of, id, indexed }] of values.entries()) {
            const document: NaiveDocument = {
              type: of,
              id,
              order: position,
              lastUpdated: 1_000,
              reviewTime: null,
              indexed,
            };
            master.documents.set(`${of}/${id}`, document);
          }
          await seal(
            store,
            values.map(({ of, id, indexed }) => ({ ...content(of, id), indexed })),
          );
          let runs = 0;
          await fc.assert(
            fc.asyncProperty(RUN, (asked) => {
              runs += 1;
              return run(store, `t${runs}`, master, asked);
            }),
            { numRuns: 100 },
          );
        } finally {
          await store.close();
          await installation.dispose();
        }
      },
    );
  });
}
