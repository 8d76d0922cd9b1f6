import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../../src/fhir/resource-content.ts';
import { Extraction } from '../../../src/fhir/search/extraction.ts';
import type { GenerationBuild } from '../../../src/store/generation.ts';
import { batch, content, ingestDocument } from '../../conformance/engine.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase, openGenerations } from './generation-database.ts';

const extraction = new Extraction();

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
  const values = extraction.indexedValues({ resourceType: type, id, ...members });
  return { ...content(type, id, members), indexed: values };
}

const status = (code: string) =>
  indexed('Condition', 'c', { clinicalStatus: { coding: [{ code }] }, subject: { reference: 'Patient/p' } });
const CODES = 'SELECT rid::int, code FROM warmfhir_g1.index_value WHERE code IS NOT NULL ORDER BY rid, code';

describe('what documents of a generation are found by', () => {
  test('is that of the document that stays, before and after the first question', async () => {
    const version = (position: number, code: string, pending = false) =>
      ingestDocument(position, status(code), { pending });
    await build.write(batch([version(0, 'a'), version(1, 'b')]));
    await build.counts();
    expect(await rows(CODES)).toEqual([{ rid: 2, code: 'b' }]);
    await build.write(batch([version(2, 'c')]));
    await build.write(batch([version(3, 'd', true)]));
    expect(await rows(CODES)).toEqual([{ rid: 4, code: 'd' }]);
    const none = { replaced: [], created: [], unchanged: [], rejected: [] };
    await build.resolve({ ...none, replaced: [{ rid: 4, content: status('e') }] });
    expect(await rows(CODES)).toEqual([{ rid: 4, code: 'e' }]);
    const reject = { source: 's', line: 1, offset: 0, reason: 'r' };
    await build.resolve({ ...none, rejected: [{ rid: 4, reject }] });
    expect(await rows('SELECT * FROM warmfhir_g1.index_value')).toEqual([]);
  });

  test('is that of a conditional create when it becomes a document', async () => {
    const document = ingestDocument(0, status('a'));
    await build.write(batch([], { conditionalCreates: [{ document, criteria: '_id=c' }] }));
    expect(await rows(CODES)).toEqual([]);
    await build.resolve({ replaced: [], created: [{ rid: 1 }], unchanged: [], rejected: [] });
    expect(await rows(CODES)).toEqual([{ rid: 1, code: 'a' }]);
  });

  test('may be texts of any length and content, and every table has its key', async () => {
    const long = 'word '.repeat(2_000).trim();
    const valueSet = indexed('ValueSet', 'v', {
      url: `http://x/${'a'.repeat(3_000)}`,
      description: long,
      identifier: [{ value: 'c'.repeat(3_000) }, { value: 'a\0b' }],
      title: 'n\0l',
    });
    await build.write(batch([ingestDocument(0, valueSet)]));
    await build.seal(2, 'done');
    expect(await rows('SELECT whole FROM warmfhir_g1.index_value WHERE whole IS NOT NULL')).toEqual([
      { whole: long },
    ]);
    const codes = (await rows('SELECT code FROM warmfhir_g1.index_value')).map(({ code }) => code);
    expect(codes).toContain('a\u{FFFD}b');
    const keyless = `SELECT c.relname FROM pg_class c WHERE relnamespace = 'warmfhir_g1'::regnamespace AND relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`;
    expect(await rows(keyless)).toEqual([]);
  });
});
