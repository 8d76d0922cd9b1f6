import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../src/fhir/resource-content.ts';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { SortKey } from '../../src/fhir/search/parsed-search.ts';
import type { SearchQuery } from '../../src/store/search.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import { content, type Engine, type Installation, seal, warmed } from './engine.ts';
import { parameter } from './search-values.ts';

const OBSERVATIONS = 13_000;
const PATIENTS = 300;
const PAGE = 40;

const QUANTITY = parameter('Observation', 'quantity');
const SUBJECT = parameter('Observation', 'reference');
const DATE = parameter('Observation', 'date');
const NAME = parameter('Patient', 'string');
const UNITS = ['mg', 'kg', 'cm'];

const NOTHING: IndexedValues = {
  ...{ token: [], tokenText: [], string: [], date: [], number: [], quantity: [] },
  ...{ reference: [], identifier: [], uri: [], composite: [] },
};

/** A document as the expected answers need it; documents are in the order of their making. */
interface Made {
  readonly id: string;
  readonly values: readonly number[];
  readonly subjects: readonly string[];
}

const numbered = (letter: string, number: number) => `${letter}${String(number).padStart(5, '0')}`;

/** Documents of one patient come together, as they do where a patient's record is written as a whole. */
const made: readonly Made[] = Array.from({ length: OBSERVATIONS }, (_, n) => ({
  id: numbered('o', n),
  values: n % 7 === 0 ? [] : n % 5 === 0 ? [(n * 37) % 997, (n * 91) % 997] : [(n * 37) % 997],
  subjects: [
    ...(n % 11 === 0 ? [] : [numbered('p', Math.floor((n * PATIENTS) / OBSERVATIONS))]),
    ...(n % 13 === 0 ? [numbered('p', (n * 31) % PATIENTS)] : []),
  ],
}));

function observation({ id, values, subjects }: Made, n: number): ResourceContent {
  const indexed: IndexedValues = {
    ...NOTHING,
    date: [[DATE, n, n + 1]],
    quantity: values.flatMap((value, index) => [
      [QUANTITY, 'http://unitsofmeasure.org', UNITS[(n + index) % UNITS.length]!, value, value + 1],
      [QUANTITY, 'ucum-base', 'g', value / 1_000, (value + 1) / 1_000],
    ]),
    reference: [
      [SUBJECT, '', '', '', ''],
      ...subjects.map((patient) => [SUBJECT, 'Patient', patient, '', ''] as const),
    ],
  };
  return { ...content('Observation', id), indexed };
}

function patient(n: number): ResourceContent {
  const name = n % 3 === 0 ? 'ada' : 'bea';
  return { ...content('Patient', numbered('p', n)), indexed: { ...NOTHING, string: [[NAME, name, name]] } };
}

const of = (shape: 'quantity' | 'reference', descending = false): SortKey => ({
  descending,
  by: { kind: 'index', parameters: [shape === 'quantity' ? QUANTITY : SUBJECT], shape },
});

const compared = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);

/** The number of a document of `made` by its id: the higher, the newer. */
const numberOf = (id: string) => Number(id.slice(1));

/** All that match, in order: what has no value last, ties newest first. */
function sorted(keys: readonly SortKey[], matches: (one: Made, n: number) => boolean): string[] {
  const valueFor = (one: Made, { by, descending }: SortKey) => {
    const values: readonly (string | number)[] =
      by.kind === 'index' && by.shape === 'quantity'
        ? one.values.map((value) => (descending ? value + 1 : value))
        : one.subjects;
    const ordered = [...values].sort(compared);
    return descending ? ordered.at(-1) : ordered[0];
  };
  return made
    .filter(matches)
    .map((one) => ({ one, values: keys.map((key) => valueFor(one, key)) }))
    .sort((a, b) => {
      for (const [index, { descending }] of keys.entries()) {
        const [left, right] = [a.values[index], b.values[index]];
        if (left === right) continue;
        if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
        return compared(left, right) * (descending ? -1 : 1);
      }
      return numberOf(b.one.id) - numberOf(a.one.id);
    })
    .map(({ one }) => one.id);
}

/** Searches of so many documents that the ways are taken which few documents never need. */
export function largeSearchConformance(engine: Engine): void {
  describe(`searches of many documents on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;
    let acme: CollectionStore;

    beforeAll(async () => {
      installation = await engine.install();
      store = await installation.open();
      await seal(store, [
        ...Array.from({ length: PATIENTS }, (_, n) => patient(n)),
        ...made.map((one, n) => observation(one, n)),
      ]);
      acme = await warmed(store, 'acme');
    }, 120_000);
    afterAll(async () => {
      await store.close();
      await installation.dispose();
    });

    const page = async (sort: readonly SortKey[], criterion: Criterion, cursor?: string) => {
      const query: SearchQuery = {
        ...{ types: [{ type: 'Observation', criterion }], sort, count: PAGE, total: 'none', includes: [] },
        ...(cursor !== undefined && { cursor }),
      };
      const { matches, next, previous } = await acme.search(query);
      return { ids: matches.map(({ id }) => id), next, previous };
    };

    /** Reads the first pages and back from the last of them, and as many in the middle and at the end. */
    async function expectPages(
      sort: readonly SortKey[],
      criterion: Criterion,
      expected: readonly string[],
    ): Promise<void> {
      const pages = Math.ceil(expected.length / PAGE);
      let cursor: string | undefined;
      for (let number = 0; number < pages; number++) {
        const one = await page(sort, criterion, cursor);
        expect(one.ids).toEqual(expected.slice(number * PAGE, (number + 1) * PAGE));
        if (number > 0 && number % 16 === 0) {
          const back = await page(sort, criterion, one.previous);
          expect(back.ids).toEqual(expected.slice((number - 1) * PAGE, number * PAGE));
        }
        cursor = one.next;
      }
      if (cursor !== undefined) expect((await page(sort, criterion, cursor)).ids).toEqual([]);
    }

    const everything: Criterion = { kind: 'all', of: [] };

    test.each([
      { what: 'a quantity', sort: [of('quantity')] },
      { what: 'a quantity, descending', sort: [of('quantity', true)] },
      { what: 'a reference', sort: [of('reference')] },
      { what: 'a reference, descending', sort: [of('reference', true)] },
      { what: 'a reference, then a quantity', sort: [of('reference'), of('quantity', true)] },
    ])(
      'sort by $what, on every page',
      async ({ sort }) => {
        await expectPages(
          sort,
          everything,
          sorted(sort, () => true),
        );
      },
      120_000,
    );

    test('find what lies behind most of the documents', async () => {
      const range = { kind: 'range', comparison: 'lt', from: 1_500, until: 1_500 } as const;
      const oldest: Criterion = { kind: 'index', parameter: DATE, tests: [range] };
      const expected = sorted([], (_, n) => n < 1_500);
      // Asked again it may go another way.
      await expectPages([], oldest, expected);
      await expectPages([], oldest, expected);
      const sort = [of('reference', true)];
      await expectPages(
        sort,
        oldest,
        sorted(sort, (_, n) => n < 1_500),
      );
      await expectPages(
        sort,
        oldest,
        sorted(sort, (_, n) => n < 1_500),
      );
    }, 120_000);

    test('follow a chain that leads to many', async () => {
      const named = (text: string): Criterion => ({
        ...{ kind: 'chain', parameter: SUBJECT, type: 'Patient' },
        of: { kind: 'index', parameter: NAME, tests: [{ kind: 'string', mode: 'prefix', text }] },
      });
      const isAda = (id: string) => Number(id.slice(1)) % 3 === 0;
      await expectPages(
        [],
        named('ada'),
        sorted([], ({ subjects }) => subjects.some(isAda)),
      );
      await expectPages(
        [],
        named('b'),
        sorted([], ({ subjects }) => subjects.some((id) => !isAda(id))),
      );
    }, 120_000);

    test('compare quantities without naming their unit', async () => {
      const range = { kind: 'range', comparison: 'ge', from: 990, until: 991 } as const;
      const high: Criterion = { kind: 'index', parameter: QUANTITY, tests: [{ kind: 'quantity', range }] };
      await expectPages(
        [],
        high,
        sorted([], ({ values }) => values.some((value) => value >= 990)),
      );
    });
  });
}
