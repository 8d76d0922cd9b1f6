import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { content, seal, searchOf, warmed } from '../../conformance/engine.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

describe('a tenant that changed nothing', () => {
  it('owns no file, whatever it reads', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [content('Patient', 'p')]);
    const acme = await warmed(store, 'acme');
    await acme.read('Patient', 'p');
    await acme.history({ type: 'Patient', id: 'p', count: 10 });
    await acme.search(searchOf('Patient'));
    await acme.list({ type: 'Patient', page: 1, count: 10 });
    await acme.reviewCounts();
    expect(await store.tenants.usage((await store.tenants.get('acme'))!)).toEqual({
      documentsChanged: 0,
      bytes: 0,
    });
    expect(existsSync(files.tenants)).toBe(false);
    await store.close();
  });
});
