import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { SearchParser } from '../../src/fhir/search/search-parser.ts';
import type { Terminology } from '../../src/fhir/search/terminology.ts';
import { type BulkWrite, BulkWriter, readBulkResults } from '../../src/store/bulk-write.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import type { Write } from '../../src/store/write.ts';
import { collectionOf, content, type Engine, type Installation, seal, warmed } from './engine.ts';

const extraction = new Extraction();
const parser = new SearchParser();

/** A patient that searches find. */
function patient(id: string, value: string) {
  const members = { identifier: [{ system: 'urn:s', value }] };
  const indexed = extraction.indexedValues({ resourceType: 'Patient', id, ...members });
  return { ...content('Patient', id, members), indexed };
}

/** What every engine promises about writes that depend on what is there. */
export function writeConformance(engine: Engine): void {
  describe(`writes on ${engine.name}`, () => {
    let installation: Installation;
    let store: Store;
    let acme: CollectionStore;

    beforeEach(async () => {
      installation = await engine.install();
      store = await installation.open();
      await seal(store, [patient('m1', 'one'), patient('m2', 'two'), patient('m3', 'two')]);
      acme = await warmed(store, 'acme');
    });

    afterEach(async () => {
      await store.close();
      await installation.dispose();
    });

    const criterionOf = async (value: string): Promise<Criterion> => {
      const scope = { types: ['Patient'], typed: true, lenient: false, now: 0, bases: [] };
      const { types } = await parser.parse([['identifier', `urn:s|${value}`]], scope, {} as Terminology);
      return types[0]!.criterion;
    };
    const expectation = async (value: string, ...ids: string[]): Promise<Write> => ({
      ...{ kind: 'expect', type: 'Patient', criterion: await criterionOf(value), ids },
    });
    const resolution = async (value: string, id?: string): Promise<BulkWrite> => ({
      ...{ kind: 'resolve', type: 'Patient', criterion: await criterionOf(value) },
      ...(id === undefined ? {} : { id }),
    });
    const create = (id: string, value: string): Write => ({ kind: 'create', content: patient(id, value) });

    test('an expectation holds for exactly what a search finds, over overlay and master', async () => {
      const isMet = async (value: string, ...ids: string[]) => {
        try {
          const [result] = await acme.write([await expectation(value, ...ids)], 5_000);
          return result?.status;
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      expect(await isMet('one', 'm1')).toBe('expected');
      expect(await isMet('two', 'm3', 'm2')).toBe('expected');
      expect(await isMet('none')).toBe('expected');
      for (const [value, ...ids] of [['one'], ['one', 'm2'], ['two', 'm2'], ['none', 'm1']] as const) {
        expect(await isMet(value, ...ids)).toBe('write-contended');
      }
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'm3' }, create('own', 'one')], 6_000);
      expect(await isMet('two', 'm2')).toBe('expected');
      expect(await isMet('one', 'own', 'm1')).toBe('expected');
    });

    test('an expectation that fails undoes its whole request', async () => {
      const writes = [create('new', 'new'), await expectation('one')];
      await expect(acme.write(writes, 5_000)).rejects.toMatchObject({ code: 'write-contended' });
      expect(await (await collectionOf(store, 'acme')).read('Patient', 'new')).toBeUndefined();
    });

    test('of many that expect nothing to be there yet, one creates', async () => {
      const attempts = Array.from({ length: 20 }, async (_, index) =>
        acme.write([await expectation('unique'), create(`c${index}`, 'unique')], 5_000),
      );
      const settled = await Promise.allSettled(attempts);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('what is required has to be there', async () => {
      const requirement = (id: string): Write => ({ kind: 'require', type: 'Patient', id });
      expect(await acme.write([requirement('m1')], 1)).toMatchObject([
        { document: { id: 'm1', version: 1 } },
      ]);
      await expect(acme.write([create('n', 'n'), requirement('x')], 1)).rejects.toMatchObject({
        code: 'resource-not-found',
      });
      await acme.write([{ kind: 'delete', type: 'Patient', id: 'm1' }], 1);
      await expect(acme.write([requirement('m1')], 1)).rejects.toMatchObject({ code: 'resource-gone' });
      expect(await (await collectionOf(store, 'acme')).read('Patient', 'n')).toBeUndefined();
    });

    test('a put can ask that there is something, or nothing, yet', async () => {
      const put = (id: string, condition: object): Promise<unknown> =>
        acme.write([{ kind: 'put', content: patient(id, 'p'), ...condition }], 1);
      await expect(put('x', { ifMatch: 'any' })).rejects.toMatchObject({ code: 'version-conflict' });
      await put('x', { ifAbsent: true });
      await expect(put('x', { ifAbsent: true })).rejects.toMatchObject({ code: 'version-conflict' });
      await put('x', { ifMatch: 'any' });
      expect(await (await collectionOf(store, 'acme')).read('Patient', 'x')).toMatchObject({ version: 2 });
    });

    test('a resolution sees what the request has written, and undoes it where it finds another', async () => {
      const bulk = async (...writes: BulkWrite[]) => {
        const writer = new BulkWriter();
        for (const write of writes) writer.add(write);
        const results = await acme.writeBulk(writer.end(), 9_000);
        return {
          isUndone: results.isUndone,
          found: readBulkResults(results).flatMap(({ ids }) => [ids ?? []]),
        };
      };
      const version = async (id: string) =>
        (await (await collectionOf(store, 'acme')).read('Patient', id))?.version;
      const changes: BulkWrite[] = [
        create('new', 'new'),
        { kind: 'put', content: patient('m1', 'other') },
        { kind: 'delete', type: 'Patient', id: 'm2' },
      ];
      const asked = [await resolution('new'), await resolution('one'), await resolution('two', 'm3')];
      const trial = await bulk(...changes, ...asked);
      expect(trial).toEqual({ isUndone: true, found: [[], [], [], ['new'], [], ['m3']] });
      expect([await version('new'), await version('m1')]).toEqual([undefined, 1]);
      const several = await bulk(...changes, create('again', 'other'), await resolution('other', 'm1'));
      expect([several.isUndone, several.found.at(-1)?.toSorted()]).toEqual([true, ['again', 'm1']]);
      const { isUndone } = await bulk(
        ...changes,
        await resolution('new', 'new'),
        await resolution('two', 'm3'),
      );
      expect([isUndone, await version('new'), await version('m1')]).toEqual([false, 1, 2]);
    });

    test('many are written as bytes, all or none', async () => {
      const bulk = async (...last: Write[]) => {
        const writer = new BulkWriter();
        for (let index = 0; index < 500; index++)
          writer.add({ kind: 'put', content: patient(`b${index}`, 'ż') });
        for (const write of [{ kind: 'delete', type: 'Patient', id: 'm2' } as const, ...last])
          writer.add(write);
        return readBulkResults(await acme.writeBulk(writer.end(), 9_000));
      };
      const tooMuch = create('m1', 'again');
      await expect(bulk(tooMuch)).rejects.toMatchObject({ code: 'version-conflict' });
      expect(await (await collectionOf(store, 'acme')).read('Patient', 'b1')).toBeUndefined();
      const results = await bulk();
      expect(results).toHaveLength(501);
      expect(results[499]).toEqual({ status: 'created', version: 1, lastUpdated: 9_000 });
      expect(results[500]).toEqual({ status: 'deleted', version: 2, lastUpdated: 9_000 });
      const read = await (await collectionOf(store, 'acme')).read('Patient', 'b499');
      expect(read).toMatchObject({ json: expect.stringContaining('"value":"ż"') });
    });
  });
}
