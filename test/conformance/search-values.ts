import fc from 'fast-check';
import { resourceTypeCode } from '../../src/fhir/resource-type.ts';
import type { Criterion, RangeComparison, RangeTest, Shape, Test } from '../../src/fhir/search/criterion.ts';
import type { IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { Include, SortKey } from '../../src/fhir/search/parsed-search.ts';

/** Few values, so that documents meet in them. */
export const TYPES = ['Encounter', 'Observation', 'Patient'] as const;
export const IDS = ['a', 'b', 'c', 'd', 'e'] as const;

export type ModelType = (typeof TYPES)[number];

/** Made-up parameters, one for each shape and the same for every type. */
const POSITIONS = {
  token: 0,
  string: 1,
  date: 2,
  number: 3,
  quantity: 4,
  reference: 5,
  uri: 6,
  composite: 7,
  second: 8,
};

export function parameter(type: string, name: keyof typeof POSITIONS): number {
  return resourceTypeCode(type) * 256 + POSITIONS[name];
}

const type = fc.constantFrom(...TYPES);
const id = fc.constantFrom(...IDS);
const system = fc.constantFrom('', 's:1', 's:2');
const code = fc.constantFrom('x', 'y', 'z', '');
const folded = fc.constantFrom('ada', 'adam', 'bea', 'bea é', 'carl');
const base = fc.constantFrom('', '', '', 'http://other/fhir');
const uri = fc.constantFrom('http://a', 'http://a/b', 'http://a/b/c', 'http://ab', 'urn:x');
const bounds = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 3 }))
  .map(([from, width]) => [from * 10, (from + width) * 10] as const);
const unit = fc.tuple(fc.constantFrom('', 's:1', 'ucum-base'), fc.constantFrom('g', 'kg'));

/** What a document of a type may be found by. */
export function indexedValues(of: string): fc.Arbitrary<IndexedValues> {
  const some = <Row>(row: fc.Arbitrary<Row>, most = 2) => fc.array(row, { maxLength: most });
  const number = (name: keyof typeof POSITIONS) => fc.constant(parameter(of, name));
  return fc.record({
    token: some(fc.tuple(fc.constantFrom(parameter(of, 'token'), parameter(of, 'second')), system, code), 3),
    tokenText: some(fc.tuple(number('token'), folded)),
    string: some(
      fc.tuple(number('string'), folded).map(([n, text]) => [n, text, text.replace('a', 'A')] as const),
    ),
    date: some(fc.tuple(number('date'), bounds).map(([n, range]) => [n, ...range] as const)),
    number: some(fc.tuple(number('number'), bounds).map(([n, range]) => [n, ...range] as const)),
    quantity: some(
      fc.tuple(number('quantity'), unit, bounds).map(([n, its, range]) => [n, ...its, ...range] as const),
    ),
    reference: some(fc.tuple(number('reference'), type, id, base, fc.constantFrom('', '', '2'))),
    identifier: some(fc.tuple(number('token'), system, code)),
    uri: some(fc.tuple(number('uri'), uri)),
    composite: some(
      fc
        .tuple(number('composite'), system, code, unit, bounds)
        .map(
          ([n, of1, code1, its, range]) =>
            [n, { token: [of1, code1] }, { quantity: [...its, ...range] }] as const,
        ),
    ),
  }) as fc.Arbitrary<IndexedValues>;
}

const comparison = fc.constantFrom<RangeComparison>(
  'eq',
  'ne',
  'gt',
  'lt',
  'ge',
  'le',
  'sa',
  'eb',
  'overlaps',
);

const rangeTest: fc.Arbitrary<RangeTest> = fc
  .tuple(comparison, bounds)
  .map(([its, [from, until]]) => ({ kind: 'range', comparison: its, from, until }));

function optional<Value extends object>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return value.map(
    (given) => Object.fromEntries(Object.entries(given).filter(([, its]) => its !== undefined)) as Value,
  );
}

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const tokenTest = optional(
  fc.record({ kind: fc.constant('token'), system: maybe(system), code: maybe(code) }),
);
const quantityTest = optional(
  fc
    .record({ kind: fc.constant('quantity'), unit: maybe(unit), code: fc.boolean(), range: rangeTest })
    .map(({ kind, unit: its, code: withCode, range }) => ({
      kind,
      range,
      system: withCode && its?.[0] !== 'ucum-base' ? undefined : its?.[0],
      code: its?.[1],
    })),
);

/** A test together with the name of the parameter that it can be put to. */
const testOf: fc.Arbitrary<readonly [keyof typeof POSITIONS, Test]> = fc.oneof(
  { weight: 3, arbitrary: tokenTest.map((test) => ['token', test] as const) },
  tokenTest.map((test) => ['second', test] as const),
  tokenTest.map((test) => ['token', { ...test, kind: 'identifier' }] as const),
  folded.map((text) => ['token', { kind: 'token-text', folded: text }] as const),
  fc.tuple(fc.constantFrom('prefix', 'contains', 'exact'), folded, fc.boolean()).map(
    ([mode, text, short]) =>
      [
        'string',
        {
          kind: 'string',
          mode,
          text: mode === 'exact' ? text.replace('a', 'A') : short ? text.slice(0, 2) : text,
        },
      ] as const,
  ),
  rangeTest.map((test) => ['date', test] as const),
  rangeTest.map((test) => ['number', test] as const),
  quantityTest.map((test) => ['quantity', test] as const),
  optional(
    fc.record({
      kind: fc.constant('reference'),
      type: maybe(type),
      id: maybe(id),
      base: maybe(base),
      version: maybe(fc.constantFrom('', '2')),
    }),
  ).map((test) => ['reference', test] as const),
  fc
    .tuple(fc.constantFrom('exact', 'above', 'below'), uri)
    .map(([mode, its]) => ['uri', { kind: 'uri', mode, uri: its }] as const),
) as unknown as fc.Arbitrary<readonly [keyof typeof POSITIONS, Test]>;

const SHAPES: readonly Shape[] = [
  'token',
  'string',
  'date',
  'number',
  'quantity',
  'reference',
  'uri',
  'composite',
];

/** A criterion for documents of a type. */
export function criterion(of: string, depth = 2): fc.Arbitrary<Criterion> {
  const leaf = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(testOf, { minLength: 1, maxLength: 3 }).map((tests): Criterion => {
        const [name] = tests[0]!;
        return {
          kind: 'index',
          parameter: parameter(of, name),
          tests: tests.filter(([other]) => other === name).map(([, test]) => test),
        };
      }),
    },
    fc
      .constantFrom(...SHAPES)
      .map((shape): Criterion => ({ kind: 'present', parameter: parameter(of, shape), shape })),
    fc
      .array(fc.tuple(tokenTest, quantityTest), { minLength: 1, maxLength: 2 })
      .map(
        (tests) =>
          ({ kind: 'composite', parameter: parameter(of, 'composite'), tests }) as unknown as Criterion,
      ),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((ids): Criterion => ({ kind: 'id', ids })),
    fc
      .tuple(comparison, fc.integer({ min: 0, max: 60 }))
      .map(([its, after]): Criterion => ({ kind: 'last-updated', test: instants(its, after) })),
    fc.boolean().map((reviewed): Criterion => ({ kind: 'reviewed', reviewed })),
    fc
      .tuple(comparison, fc.integer({ min: 0, max: 60 }))
      .map(([its, after]): Criterion => ({ kind: 'review-time', test: instants(its, after) })),
  );
  if (depth === 0) return leaf;
  const deeper = criterion(of, depth - 1);
  const elsewhere = type.chain((other) => criterion(other, depth - 1).map((part) => ({ other, part })));
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.array(deeper, { maxLength: 3 }).map((parts): Criterion => ({ kind: 'all', of: parts })),
    },
    fc.array(deeper, { maxLength: 3 }).map((parts): Criterion => ({ kind: 'any', of: parts })),
    deeper.map((part): Criterion => ({ kind: 'not', of: part })),
    {
      weight: 2,
      arbitrary: elsewhere.map(
        ({ other, part }): Criterion => ({
          kind: 'chain',
          parameter: parameter(of, 'reference'),
          type: other,
          of: part,
        }),
      ),
    },
    {
      weight: 2,
      arbitrary: elsewhere.map(
        ({ other, part }): Criterion => ({
          kind: 'has',
          parameter: parameter(other, 'reference'),
          type: other,
          of: part,
        }),
      ),
    },
  );
}

/** Writes of the model happen a millisecond apart, the master at 1,000, changes from 3,000. */
function instants(its: RangeComparison, after: number): RangeTest {
  const from = after < 5 ? 1_000 - 2 + after : 3_000 + after;
  return { kind: 'range', comparison: its, from, until: from + 3 };
}

export const sortKeys: fc.Arbitrary<readonly SortKey[]> = fc.array(
  fc.record({
    descending: fc.boolean(),
    by: fc.oneof(
      {
        weight: 1,
        arbitrary: fc.constantFrom('id', 'last-updated', 'reviewed', 'review-time').map((kind) => ({ kind })),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom(...SHAPES), fc.subarray([...TYPES])).map(([shape, types]) => ({
          kind: 'index',
          shape,
          parameters: types.map((each) => parameter(each, shape)),
        })),
      },
    ),
  }),
  { maxLength: 3 },
) as fc.Arbitrary<readonly SortKey[]>;

export const includes: fc.Arbitrary<readonly Include[]> = fc.array(
  fc
    .record({
      direction: fc.constantFrom('include', 'revinclude'),
      source: type,
      target: fc.option(type, { nil: undefined }),
      iterate: fc.boolean(),
    })
    .map(({ target, ...include }) => ({
      ...include,
      ...(target === undefined ? {} : { target }),
      parameters: [parameter(include.source, 'reference')],
    })),
  { maxLength: 2 },
) as fc.Arbitrary<readonly Include[]>;
