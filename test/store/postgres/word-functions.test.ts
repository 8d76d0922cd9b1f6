import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BASE_LETTERS } from '../../../src/fhir/search/base-letters.ts';
import { fold } from '../../../src/fhir/search/fold.ts';
import { textWords } from '../../../src/fhir/search/text-words.ts';
import type { TestDatabase } from '../../postgres/test-database.ts';
import { migratedDatabase } from './generation-database.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.dispose();
});

const RESOURCE = JSON.stringify({
  resourceType: 'Patient',
  id: 'p-1',
  text: { status: 'generated', div: '<div>Walks with a <b>stick</b>, heart-attack &amp; "Café"</div>' },
  name: [
    {
      family: "O'Brien",
      given: ['Ångström', 'ИВАН', 'Žofie', 'straße', 'GROẞ', ...BASE_LETTERS.keys(), 'Ǿre', 'ÆØÅ', 'ŁÓDŹ'],
    },
  ],
  extension: [{ valueString: 'a+b [x]\\y', valueInteger: 7 }],
});

it.each(['text', 'content'] as const)('finds the same words in the %s as the other engine', async (place) => {
  const words = textWords(RESOURCE, place)!;
  const asked = [
    ...words,
    ...["O'Brien", 'brien', 'ivan', 'иван', 'zofie', 'STRASSE', 'cafe', 'stick', 'heart', 'nothing', '7'].map(
      fold,
    ),
  ];
  for (const word of asked.filter((each) => each !== '')) {
    const { rows } = await client.query('SELECT warmfhir.holds_words($1, $2, $3) AS holds', [
      RESOURCE,
      place,
      [word],
    ]);
    expect([word, rows[0].holds]).toEqual([word, words.has(word)]);
  }
});

it.each([
  '{"text":{"div":"\\u0000 word"}}',
  '{"text":{"div":"\\ud800"}}',
  '{"id":"x"}',
  '{"text":{"div":7}}',
])('looks into %s without an error', async (document) => {
  const { rows } = await client.query("SELECT warmfhir.holds_words($1, 'text', '{word}') AS holds", [
    document,
  ]);
  expect(rows[0].holds).toBe(document.includes('word'));
});
