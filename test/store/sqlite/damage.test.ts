import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileStat } from '../../../src/store/sqlite/sealed-file-check.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { SystemFile } from '../../../src/store/sqlite/system-file.ts';
import { collectionOf, content, seal, searchOf, warmed } from '../../conformance/engine.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const PATIENT = content('Patient', 'p', { name: [{ family: 'Findable' }] });

/** Changes one letter in a file, where a text stands that is in it. */
function flip(path: string, text: string): void {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

describe('a damaged file', () => {
  it('of the master is found at the start when it was touched', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [PATIENT]);
    await store.close();
    flip(files.master(1), 'Findable');
    const again = SqliteStore.open(folder.path);
    await expect(again.prepare()).rejects.toMatchObject({
      code: 'store-damaged',
      detail: expect.stringContaining('default.g1.db'),
    });
    await again.close();
  });

  it('of the master is found beside the service when nobody seems to have touched it', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [PATIENT]);
    await warmed(store, 'acme');
    await store.close();
    flip(files.master(1), 'Findable');
    const system = new SystemFile(files);
    system.recordFileStat(1, fileStat(files.master(1)));
    system.close();
    const again = SqliteStore.open(folder.path);
    await again.prepare();
    const acme = await collectionOf(again, 'acme');
    await expect
      .poll(
        async () =>
          again.check().then(
            () => 'sound',
            (error) => error.code,
          ),
        { timeout: 20_000 },
      )
      .toBe('store-damaged');
    await expect(async () => acme.read('Patient', 'p')).rejects.toMatchObject({ code: 'store-damaged' });
    await again.close();
  });

  it('of one tenant is refused, and the other tenants are served', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [PATIENT]);
    for (const tenant of ['acme', 'birch'])
      await (await warmed(store, tenant)).write([{ kind: 'put', content: PATIENT }], 3_000);
    await store.close();
    const path = files.overlay('acme');
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100, 4096);
    writeFileSync(path, bytes);
    const again = SqliteStore.open(folder.path);
    await again.prepare();
    const damaged = { code: 'store-damaged', detail: expect.stringContaining('tenant_acme.db') };
    const acme = await collectionOf(again, 'acme');
    await expect(async () => acme.read('Patient', 'p')).rejects.toMatchObject(damaged);
    await expect(acme.write([{ kind: 'put', content: PATIENT }], 4_000)).rejects.toMatchObject(damaged);
    await expect(acme.search(searchOf('Patient'))).rejects.toMatchObject(damaged);
    expect(await (await collectionOf(again, 'birch')).read('Patient', 'p')).toMatchObject({ version: 2 });
    await again.check();
    await again.close();
  });
});
