import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/fhir/search/criterion.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Expectation } from '../../../src/store/write.ts';
import { collectionOf, content, seal, warmed } from '../../conformance/engine.ts';
import { parameter } from '../../conformance/search-values.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';

const NOTHING = {
  ...{ token: [], tokenText: [], string: [], date: [], number: [], quantity: [] },
  ...{ reference: [], identifier: [], uri: [], composite: [] },
};

function patient(id: string, code: string) {
  const indexed = { ...NOTHING, token: [[parameter('Patient', 'token'), '', code] as const] };
  return { ...content('Patient', id), indexed };
}

function coded(code: string, ...ids: string[]): Expectation {
  const criterion: Criterion = {
    kind: 'index',
    parameter: parameter('Patient', 'token'),
    tests: [{ kind: 'token', code }],
  };
  return { kind: 'expect', type: 'Patient', criterion, ids };
}

describe('what a write expects a search to find', () => {
  let database: TestDatabase;
  let nodes: Store[];

  beforeEach(async () => {
    database = await migratedDatabase();
    nodes = await Promise.all([1, 2].map(() => PostgresStore.open({ url: database.url, connections: 4 })));
    await seal(nodes[0]!, [patient('m', 'x')]);
    await warmed(nodes[0]!, 'acme');
  });

  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await database.dispose();
  });

  it('is looked at inside of the transaction, over both arms', async () => {
    const acme = await collectionOf(nodes[0]!, 'acme');
    const put = { kind: 'put', content: patient('p', 'x') } as const;
    expect((await acme.write([coded('x', 'm'), put], 1)).map(({ status }) => status)).toEqual([
      'expected',
      'created',
    ]);
    await expect(acme.write([coded('x', 'm'), put], 2)).rejects.toMatchObject({ code: 'write-contended' });
    await expect(acme.write([coded('y', 'p'), put], 2)).rejects.toMatchObject({ code: 'write-contended' });
    await acme.write([coded('x', 'p', 'm'), { kind: 'delete', type: 'Patient', id: 'm' }], 3);
    expect(await acme.write([coded('x', 'p'), coded('y')], 4)).toHaveLength(2);
  });

  it('lets one of many conditional creates through, on whichever node', async () => {
    const collections = await Promise.all(nodes.map((node) => collectionOf(node, 'acme')));
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        collections[index % 2]!.write(
          [coded('new'), { kind: 'create', content: patient(`n${index}`, 'new') }],
          1,
        ),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
