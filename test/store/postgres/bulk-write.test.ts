import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Criterion } from '../../../src/fhir/search/criterion.ts';
import { BulkWriter, readBulkResults } from '../../../src/store/bulk-write.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { content, seal, warmed } from '../../conformance/engine.ts';
import { indexedValues, parameter } from '../../conformance/search-values.ts';
import { migratedDatabase } from './generation-database.ts';

it('writes thousands of documents in one transaction, all or none, beside the thread that answers clients', async () => {
  const database = await migratedDatabase();
  const store = await PostgresStore.open({ url: database.url, connections: 5 });
  try {
    await seal(store, [content('Patient', 'p0')]);
    const acme = await warmed(store, 'acme');
    const indexed = fc.sample(indexedValues('Patient'), { numRuns: 20, seed: 1 });
    const count = async (criterion: Criterion) =>
      (
        await acme.search({
          ...{ types: [{ type: 'Patient', criterion }], sort: [], includes: [] },
          ...{ count: 0, total: 'accurate' },
        })
      ).total;
    const bulk = (ifMatch?: number) => {
      const writer = new BulkWriter();
      for (let index = 0; index < 3_000; index++) {
        const patient = { ...content('Patient', `p${index}`), indexed: indexed[index % 20]! };
        writer.add({
          kind: 'put',
          content: patient,
          ...(index === 2_999 && ifMatch !== undefined && { ifMatch }),
        });
      }
      return acme.writeBulk(writer.end(), 5_000);
    };
    await expect(bulk(7)).rejects.toMatchObject({ code: 'version-conflict' });
    expect(await count({ kind: 'all', of: [] })).toBe(1);
    const results = readBulkResults(await bulk());
    expect(results).toHaveLength(3_000);
    expect(results.slice(0, 2)).toEqual([
      { status: 'updated', version: 2, lastUpdated: 5_000 },
      { status: 'created', version: 1, lastUpdated: 5_000 },
    ]);
    expect(await count({ kind: 'all', of: [] })).toBe(3_000);
    const present = { kind: 'present', parameter: parameter('Patient', 'token'), shape: 'token' } as const;
    expect(await count(present)).toBe(
      150 * indexed.filter(({ token }) => token.some(([of]) => of === present.parameter)).length,
    );
  } finally {
    await store.close();
    await database.dispose();
  }
});
