import fc from 'fast-check';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GenerationBuild, IngestBatch } from '../../../src/store/generation.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { all, batch, content, ingestDocument } from '../../conformance/engine.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { migratedDatabase, openGenerations } from './generation-database.ts';

let database: TestDatabase;
let opened: ReturnType<typeof openGenerations>;

beforeEach(async () => {
  database = await migratedDatabase();
  opened = openGenerations(database.url);
});

afterEach(async () => {
  await opened.close();
  await database.dispose();
});

async function administer(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

const patient = (id: string, members: object = {}) => content('Patient', id, members);

describe('building a generation in PostgreSQL', () => {
  test('nobody who serves sees a generation before it is sealed', async () => {
    const build = await opened.rows.build('a', 1);
    await build.write(batch([ingestDocument(0, patient('1'))]));
    await build.counts();
    const may = `SELECT has_schema_privilege('warmfhir_app', 'warmfhir_g1', 'USAGE') AS uses`;
    expect(await administer(may)).toEqual([{ uses: false }]);
    await expect(opened.rows.counts(1)).rejects.toMatchObject({ code: 'generation-unknown' });
    await build.seal(2, 'done');
    expect(await administer(may)).toEqual([{ uses: true }]);
    expect(await opened.rows.counts(1)).toEqual(new Map([['Patient', 1]]));
    const kept =
      "SELECT relname FROM pg_class WHERE relnamespace = 'warmfhir_g1'::regnamespace AND relkind = 'r'";
    expect((await administer(kept)).map((row) => (row as { relname: string }).relname).sort()).toEqual([
      'document',
      'index_value',
      'type_count',
    ]);
    const columns =
      "SELECT attname FROM pg_attribute WHERE attrelid = 'warmfhir_g1.document'::regclass AND attnum > 0 AND NOT attisdropped";
    expect(await administer(columns)).toHaveLength(4);
  });

  test('several streams write at once, before and after the documents have their keys', async () => {
    const build = await opened.rows.build('a', 1);
    const batches = (from: number) =>
      Array.from({ length: 6 }, (_, stream) =>
        batch(
          Array.from({ length: 50 }, (_, index) =>
            ingestDocument(
              from + index,
              patient(`${(stream * 25 + index) % 150}`, { language: `s${stream}` }),
            ),
          ),
          { stream, checkpoint: `${from}` },
        ),
      );
    await Promise.all(batches(0).map((each) => build.write(each)));
    const [first] = await build.counts();
    expect(first).toEqual({ type: 'Patient', stored: 150, unchanged: 0, superseded: 150 });
    await Promise.all(batches(100).map((each) => build.write(each)));
    const [second] = await build.counts();
    expect(second!.stored).toBe(150);
    expect(second!.unchanged + second!.superseded).toBe(450);
    expect([...(await build.checkpoints()).values()]).toEqual(Array(6).fill('100'));
    await build.discard();
  });

  test('counts and documents are those of the embedded engine', async () => {
    using folder = temporaryFolder();
    const store = SqliteStore.open(folder.path);
    const document = fc.record({
      id: fc.constantFrom('1', '2', '3'),
      language: fc.constantFrom('a', 'b'),
      updated: fc.constantFrom(null, 1, 2),
    });
    const outcome = async (build: GenerationBuild, batches: readonly IngestBatch[], asked: number) => {
      for (const [number, each] of batches.entries()) {
        await build.write(each);
        // A question settles what is there; what comes later is merged.
        if (number === asked) await build.counts();
      }
      const documents = (await all(build.documentsOfType('Patient'))).map(({ rid, json }) => [rid, json]);
      const result = { counts: await build.counts(), documents };
      await build.discard();
      return result;
    };
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(document, { maxLength: 6 }), { maxLength: 4 }),
          fc.nat(5),
          async (groups, asked) => {
            let position = 0;
            const batches = groups.map((group) =>
              batch(
                group.map(({ id, language, updated: sourceUpdated }) =>
                  ingestDocument(position++, patient(id, { language }), { sourceUpdated }),
                ),
              ),
            );
            const here = await outcome(await opened.rows.build('x', 1), batches, asked);
            expect(here).toEqual(await outcome(await store.generations.build('x', 1), batches, asked));
          },
        ),
        { numRuns: 15 },
      );
    } finally {
      await store.close();
    }
  });

  test('a build whose lock went with its connection writes nothing more, and another goes on', async () => {
    const build = await opened.rows.build('a', 1);
    await build.write(batch([ingestDocument(0, patient('1'))], { checkpoint: 'one' }));
    // The server drops the session that holds the lock, and that one alone.
    await administer(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    const other = openGenerations(database.url);
    const next = await other.rows.build('a', 2);
    expect([next.resumed, next.number, next.startedAt]).toEqual([true, 1, 1]);
    await expect(build.write(batch([ingestDocument(1, patient('2'))]))).rejects.toMatchObject({
      code: expect.stringMatching(/^(store-unavailable|ingest-locked)$/),
    });
    await build.close();
    expect(await next.checkpoints()).toEqual(new Map([[0, 'one']]));
    expect(await all(next.documentsOfType('Patient'))).toHaveLength(1);
    await next.close();
    await other.close();
  });

  test('a batch that fails leaves nothing, neither documents nor its checkpoint', async () => {
    const build = await opened.rows.build('a', 1);
    const creates = [{ document: ingestDocument(1, patient('2')), criteria: '\0' }];
    const failing = batch([ingestDocument(0, patient('1'))], {
      conditionalCreates: creates,
      checkpoint: 'x',
    });
    await expect(build.write(failing)).rejects.toThrow();
    expect(await build.checkpoints()).toEqual(new Map());
    expect(await build.counts()).toEqual([]);
    await build.write(batch([ingestDocument(0, patient('1'))]));
    expect(await build.counts()).toMatchObject([{ type: 'Patient', stored: 1 }]);
    await build.discard();
  });

  test('takes as long as it needs, whatever the database allows others', async () => {
    const [{ name }] = (await administer('SELECT current_database() AS name')) as [{ name: string }];
    await administer(`ALTER DATABASE ${name} SET statement_timeout = '1ms'`);
    const build = await opened.rows.build('a', 1);
    await build.write(batch([ingestDocument(0, patient('1', { name: [{ text: 'x'.repeat(2_000_000) }] }))]));
    await build.seal(2, 'done');
    expect(await opened.rows.counts(1)).toEqual(new Map([['Patient', 1]]));
  });

  test('any text arrives as it was', async () => {
    const build = await opened.rows.build('a', 1);
    const texts = ['\\N', 'tab\t"quote"\nline', 'é – 🦊', '\u0000', '\\.', 'x'.repeat(3_000_000)];
    await build.write(
      batch(texts.map((text, index) => ingestDocument(index, patient(`${index}`, { name: [{ text }] })))),
    );
    const found = await all(build.documentsOfType('Patient'));
    expect(found.map(({ json }) => JSON.parse(json).name[0].text)).toEqual(texts);
    await build.discard();
  });
});
