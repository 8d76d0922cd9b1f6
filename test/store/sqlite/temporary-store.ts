import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';

/** A folder for a store that is gone after use: `using folder = temporaryStore()`. */
export function temporaryStore(): Disposable & { readonly path: string; readonly files: StoreFolder } {
  const path = mkdtempSync(join(tmpdir(), 'warmfhir-sqlite-'));
  return {
    path,
    files: new StoreFolder(path),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
