import { describe, expect, it } from 'vitest';
import { OverlayFile } from '../../../src/store/sqlite/overlay-file.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { SystemFile } from '../../../src/store/sqlite/system-file.ts';
import { content, seal, warmed } from '../../conformance/engine.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const FULL = 2;

describe('connections that write', () => {
  it('wait for the disk at every commit', async () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const store = SqliteStore.open(folder.path);
    await seal(store, [content('Patient', 'p')]);
    await (await warmed(store, 'acme')).write([{ kind: 'put', content: content('Patient', 'p') }], 3_000);
    await store.close();
    const system = new SystemFile(files);
    const overlay = new OverlayFile(files.overlay('acme'));
    for (const { connection } of [system, overlay]) {
      expect(connection.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(connection.pragma('synchronous', { simple: true })).toBe(FULL);
    }
    overlay.close();
    system.close();
  });
});
