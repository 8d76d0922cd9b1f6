import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../../src/fhir/resource-content.ts';
import { Extraction } from '../../../src/fhir/search/extraction.ts';
import type { GenerationBuild } from '../../../src/store/generation.ts';
import { shortened, startOf, textNumber } from '../../../src/store/postgres/search/text-number.ts';
import { batch, content, ingestDocument } from '../../conformance/engine.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase, openGenerations } from './generation-database.ts';

const extraction = new Extraction();
const FIXED = 'http://terminology.hl7.org/CodeSystem/condition-clinical';

let database: TestDatabase;
let opened: ReturnType<typeof openGenerations>;
let build: GenerationBuild;

beforeEach(async () => {
  database = await migratedDatabase();
  opened = openGenerations(database.url);
  build = await opened.rows.build('a', 1);
});

afterEach(async () => {
  await build.close();
  await opened.close();
  await database.dispose();
});

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const found = await client.query(sql);
  await client.end();
  return found.rows;
}

function indexed(type: string, id: string, members: object = {}): ResourceContent {
  const plain = content(type, id, members);
  const value = { resourceType: type, id, ...members };
  return { ...plain, indexed: extraction.indexedValues(value) };
}

const codes = 'SELECT rid::int, code, system FROM warmfhir_g1.token ORDER BY rid, code';

describe('index rows of a generation', () => {
  test('say what a document is found by, with systems by number, each value once', async () => {
    const coding = { system: FIXED, code: 'active' };
    const condition = indexed('Condition', 'c', {
      clinicalStatus: { coding: [coding, coding], text: 'Läuft' },
      subject: { reference: 'Patient/p' },
      onsetDateTime: '2020-02-03',
    });
    await build.write(batch([ingestDocument(0, condition), ingestDocument(1, indexed('Basic', 'p'))]));
    await build.seal(2, 'done');
    expect(await rows(codes)).toEqual([{ rid: 1, code: 'active', system: String(textNumber(FIXED)) }]);
    expect(await rows('SELECT number, uri FROM warmfhir_g1.system')).toContainEqual({
      number: String(textNumber(FIXED)),
      uri: FIXED,
    });
    expect(await rows('SELECT folded FROM warmfhir_g1.label')).toEqual([{ folded: 'lauft' }]);
    const references = await rows('SELECT DISTINCT id, type, base, version FROM warmfhir_g1.reference');
    expect(references).toEqual([{ id: 'p', type: 103, base: '0', version: '' }]);
    expect((await rows('SELECT low, high FROM warmfhir_g1.range'))[0]).toEqual({
      low: Date.parse('2020-02-03'),
      high: Date.parse('2020-02-04'),
    });
    const unindexed = `SELECT c.relname FROM pg_class c WHERE relnamespace = 'warmfhir_g1'::regnamespace AND relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`;
    expect(await rows(unindexed)).toEqual([]);
  });

  test('are those of the document that stays, before and after the first question', async () => {
    const version = (position: number, code: string) =>
      ingestDocument(position, indexed('Condition', 'c', { clinicalStatus: { coding: [{ code }] } }));
    await build.write(batch([version(0, 'a'), version(1, 'b')]));
    await build.counts();
    expect((await rows(codes)).map(({ code }) => code)).toEqual(['b']);
    await build.write(batch([version(2, 'c')]));
    await build.write(batch([version(3, 'd')].map((each) => ({ ...each, pending: true }))));
    expect((await rows(codes)).map(({ code }) => code)).toEqual(['d']);
    const replaced = [
      { rid: 4, content: indexed('Condition', 'c', { clinicalStatus: { coding: [{ code: 'e' }] } }) },
    ];
    await build.resolve({ replaced, created: [], unchanged: [], rejected: [] });
    expect((await rows(codes)).map(({ rid, code }) => [rid, code])).toEqual([[4, 'e']]);
    const rejected = [{ rid: 4, reject: { source: 's', line: 1, offset: 0, reason: 'r' } }];
    await build.resolve({ replaced: [], created: [], unchanged: [], rejected });
    expect(await rows(codes)).toEqual([]);
  });

  test('hold texts of any length and content', async () => {
    const long = 'word '.repeat(2_000);
    const valueSet = indexed('ValueSet', 'v', {
      url: `http://x/${'a'.repeat(3_000)}`,
      description: long,
      identifier: [{ value: `${'c'.repeat(3_000)}` }, { value: 'a\0b' }],
    });
    await build.write(batch([ingestDocument(0, valueSet)]));
    await build.seal(2, 'done');
    const folded = long.trim();
    expect(await rows('SELECT start, folded FROM warmfhir_g1.string WHERE length(start) > 100')).toEqual([
      { start: startOf(folded), folded },
    ]);
    const kept = await rows('SELECT code FROM warmfhir_g1.token');
    expect(kept.map(({ code }) => code)).toEqual(
      expect.arrayContaining([shortened('c'.repeat(3_000)), 'a\u{FFFD}b']),
    );
    expect(shortened('c'.repeat(3_000))).not.toBe(shortened('c'.repeat(3_001)));
  });
});
