import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { ResourceContent } from '../../../src/fhir/resource-content.ts';
import { Extraction } from '../../../src/fhir/search/extraction.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';
import { fileSha256 } from '../../../src/store/sqlite/file-hash.ts';
import { fileStat } from '../../../src/store/sqlite/sealed-file-check.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { SystemFile } from '../../../src/store/sqlite/system-file.ts';
import type { CollectionStore } from '../../../src/store/store.ts';
import { collectionOf, content, seal, warmed } from '../../conformance/engine.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const parameters = new SearchParameters();
const extraction = new Extraction(parameters);

function patient(id: string, family: string): ResourceContent {
  const members = { name: [{ family }], identifier: [{ system: 'urn:ward', value: id }] };
  const indexed = extraction.indexedValues({ resourceType: 'Patient', id, ...members });
  return { ...content('Patient', id, members), indexed };
}

async function familiesFound(collection: CollectionStore, prefix: string): Promise<string[]> {
  const page = await collection.search({
    types: [
      {
        type: 'Patient',
        criterion: {
          kind: 'index',
          parameter: parameters.find('Patient', 'family')!.number,
          tests: [{ kind: 'string', mode: 'prefix', text: prefix }],
        },
      },
    ],
    sort: [{ descending: false, by: { kind: 'id' } }],
    ...{ count: 10, total: 'accurate', includes: [] },
  });
  expect(page.total).toBe(page.matches.length);
  return page.matches.map(({ id }) => id);
}

/** Makes a file what the first version of warmfhir wrote. */
function withoutIndexes(path: string): void {
  const file = new Database(path);
  file.pragma('journal_mode = DELETE');
  const tables = [
    'token',
    'token_text',
    'identifier',
    'string',
    'range',
    'quantity',
    'reference',
    'uri',
    'composite',
  ];
  for (const table of [...tables, 'system', 'label']) file.exec(`DROP TABLE ${table}`);
  file.exec('DROP INDEX IF EXISTS document_updated; VACUUM');
  file.pragma('user_version = 1');
  file.close();
}

/** An installation of the first version: a master of three and a tenant that has changed one and made one. */
async function olderInstallation(path: string): Promise<void> {
  const store = SqliteStore.open(path);
  await seal(store, [patient('a', 'Adams'), patient('b', 'Adler'), patient('c', 'Brown')]);
  const acme = await warmed(store, 'acme');
  await acme.write([{ kind: 'put', content: patient('b', 'Baker') }], 3_000);
  await acme.write([{ kind: 'create', content: patient('d', 'Adkins') }], 3_001);
  await acme.write([{ kind: 'review', type: 'Patient', id: 'a', reviewed: true }], 3_002);
  await store.close();
  const files = new StoreFolder(path);
  withoutIndexes(files.master(1));
  withoutIndexes(files.overlay('acme'));
  await recordAsSealed(files);
}

async function recordAsSealed(files: StoreFolder): Promise<void> {
  const master = files.master(1);
  const system = new SystemFile(files);
  const sha256 = await fileSha256(master);
  system.recordReindexed(1, { bytes: statSync(master).size, sha256, fileStat: fileStat(master) });
  system.close();
}

const never = new AbortController().signal;

describe('a master that was sealed before there were search indexes', () => {
  it('is read, and says what to do to whoever searches or writes', async () => {
    using folder = temporaryFolder();
    await olderInstallation(folder.path);
    const store = SqliteStore.open(folder.path);
    await store.prepare();
    const acme = await collectionOf(store, 'acme');
    expect(await acme.read('Patient', 'c')).toMatchObject({ id: 'c' });
    expect(await acme.read('Patient', 'd')).toMatchObject({ id: 'd' });
    expect((await acme.list({ type: 'Patient', page: 1, count: 10 })).totalItems).toBe(4);
    const refusal = { code: 'indexes-missing', detail: expect.stringContaining('warmfhir reindex') };
    await expect(familiesFound(acme, 'ad')).rejects.toMatchObject(refusal);
    const write = acme.write([{ kind: 'put', content: patient('c', 'Brown') }], 4_000);
    await expect(write).rejects.toMatchObject(refusal);
    await store.close();
  });

  it('gets them while it is served, and so do the overlays over it', async () => {
    using folder = temporaryFolder();
    await olderInstallation(folder.path);
    const serving = SqliteStore.open(folder.path);
    const acme = await collectionOf(serving, 'acme');
    await expect(familiesFound(acme, 'ad')).rejects.toMatchObject({ code: 'indexes-missing' });
    const before = (await acme.read('Patient', 'c'))!;

    const reindexing = SqliteStore.open(folder.path);
    expect(await reindexing.generations.reindex(1, never)).toBe(true);
    expect(await reindexing.generations.reindex(1, never)).toBe(false);
    await reindexing.close();

    expect(await familiesFound(acme, 'ad')).toEqual(['a', 'd']);
    expect(await familiesFound(acme, 'b')).toEqual(['b', 'c']);
    expect(await acme.read('Patient', 'c')).toEqual(before);
    await acme.write([{ kind: 'put', content: patient('c', 'Adomo') }], 4_000);
    expect(await familiesFound(acme, 'ad')).toEqual(['a', 'c', 'd']);
    await serving.close();

    const again = SqliteStore.open(folder.path);
    await again.prepare();
    expect(await familiesFound(await warmed(again, 'birch'), 'ad')).toEqual(['a', 'b']);
    await again.close();
  });

  it('goes on after an interruption', async () => {
    using folder = temporaryFolder();
    await olderInstallation(folder.path);
    const store = SqliteStore.open(folder.path);
    const interrupted = store.generations.reindex(1, AbortSignal.abort());
    await expect(interrupted).rejects.toMatchObject({ code: 'ingest-interrupted' });
    expect(await store.generations.reindex(1, never)).toBe(true);
    expect(await familiesFound(await collectionOf(store, 'acme'), 'ad')).toEqual(['a', 'd']);
    await store.close();
  });

  it('is recognised when a process died with the new file in place and the registry not told', async () => {
    using folder = temporaryFolder();
    await olderInstallation(folder.path);
    const files = new StoreFolder(folder.path);
    const system = new SystemFile(files);
    const old = system.sealedFile(1);
    const store = SqliteStore.open(folder.path);
    expect(await store.generations.reindex(1, never)).toBe(true);
    await store.close();
    system.recordReindexed(1, old);
    system.close();
    const again = SqliteStore.open(folder.path);
    expect(await again.generations.reindex(1, never)).toBe(true);
    await again.prepare();
    expect(await familiesFound(await collectionOf(again, 'acme'), 'ad')).toEqual(['a', 'd']);
    await again.close();
  });
});
