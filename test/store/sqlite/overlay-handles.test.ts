import { describe, expect, it } from 'vitest';
import { OverlayHandles } from '../../../src/store/sqlite/overlay-handles.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { content, seal, warmed } from '../../conformance/engine.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const TENANTS = ['acme', 'birch', 'cedar'];

describe('overlay handles', () => {
  it('are closed, the least recently used first, when there are too many', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [content('Patient', 'p')]);
    for (const tenant of TENANTS)
      await (await warmed(store, tenant)).write([{ kind: 'put', content: content('Patient', 'p') }], 3_000);
    const [acme, birch, cedar] = await store.tenants.list();
    await store.close();

    const handles = new OverlayHandles(files, 2);
    const first = handles.get(acme!);
    const second = handles.get(birch!);
    expect(handles.get(acme!)).toBe(first);
    handles.get(cedar!);
    expect([handles.size, first.connection.open, second.connection.open]).toEqual([2, true, false]);
    handles.close();
    expect([handles.size, first.connection.open]).toEqual([0, false]);
  });
});
