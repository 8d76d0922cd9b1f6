import { afterEach, beforeEach, expect, it } from 'vitest';
import { CollectionTerminology } from '../../../src/collection/terminology/collection-terminology.ts';
import { parseResource } from '../../../src/fhir/parse-resource.ts';
import type { ResourceContent } from '../../../src/fhir/resource-content.ts';
import { Extraction } from '../../../src/fhir/search/extraction.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';
import { R4Terminology } from '../../../src/fhir/terminology/r4-terminology.ts';
import { ValueSetExpansion } from '../../../src/fhir/terminology/value-set-expansion.ts';
import type { Store } from '../../../src/store/store.ts';
import { collectionOf, type Installation, seal } from '../../conformance/engine.ts';
import { sqlite } from '../../conformance/sqlite-engine.ts';

const GENDERS = 'http://hl7.org/fhir/ValueSet/administrative-gender';

const parameters = new SearchParameters();
const extraction = new Extraction(parameters);
let installation: Installation;
let store: Store;

function content(resource: Readonly<Record<string, unknown>>): ResourceContent {
  const { content: parsed, value } = parseResource(JSON.stringify(resource));
  return { ...parsed, indexed: extraction.indexedValues(value) };
}

const valueSet = (id: string, version: string, code: string) =>
  content({
    resourceType: 'ValueSet',
    id,
    url: 'http://acme.org/colours',
    version,
    compose: { include: [{ system: 'http://acme.org/colour', concept: [{ code }] }] },
  });

async function terminology(tenant: string): Promise<ValueSetExpansion> {
  const collection = await collectionOf(store, tenant);
  return new ValueSetExpansion(new CollectionTerminology(collection, parameters, new R4Terminology()));
}

beforeEach(async () => {
  installation = await sqlite.install();
  store = await installation.open();
  await seal(store, [valueSet('a', '1', 'red'), valueSet('b', '2', 'blue')]);
  for (const tenant of ['acme', 'globex']) await store.tenants.warm(tenant, 2_000);
});

afterEach(async () => {
  await store.close();
  await installation.dispose();
});

it('finds value sets of the collection by address, by version and by id, and those of R4 behind them', async () => {
  const known = await terminology('acme');
  const codes = async (address: string) => (await known.valueSet(address)).map(({ code }) => code);
  expect(await codes('http://acme.org/colours')).toEqual(['blue']);
  expect(await codes('http://acme.org/colours|1')).toEqual(['red']);
  expect(await codes('ValueSet/a')).toEqual(['red']);
  expect(await codes(GENDERS)).toEqual(['male', 'female', 'other', 'unknown']);
  for (const address of ['http://acme.org/colours|3', 'ValueSet/c', 'http://acme.org/shapes']) {
    await expect(codes(address)).rejects.toMatchObject({ code: 'search-not-supported' });
  }
});

it('finds what one tenant wrote for that tenant alone', async () => {
  const animals = content({
    resourceType: 'CodeSystem',
    id: 'animals',
    url: 'http://acme.org/animal',
    status: 'active',
    content: 'complete',
    concept: [{ code: 'bird', concept: [{ code: 'owl' }] }],
  });
  await (await collectionOf(store, 'acme')).write([{ kind: 'put', content: animals }], 3_000);
  const below = async (tenant: string) =>
    (await terminology(tenant)).hierarchy({ system: 'http://acme.org/animal', code: 'bird' }, 'below');
  expect((await below('acme')).map(({ code }) => code)).toEqual(['bird', 'owl']);
  await expect(below('globex')).rejects.toMatchObject({ code: 'search-not-supported' });
});
