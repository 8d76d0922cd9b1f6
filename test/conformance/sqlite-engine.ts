import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Engine } from './engine.ts';

/** Folders below the system's temporary one. */
export const sqlite: Engine = {
  name: 'SQLite',
  install: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmfhir-conformance-'));
    return {
      open: async () => SqliteStore.open(folder),
      findOnDisk: async (texts) => {
        const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
          entry.isFile(),
        );
        const paths = files.map((entry) => join(entry.parentPath, entry.name));
        return texts.filter((text) =>
          paths.some((path) => path.includes(text) || readFileSync(path).includes(text)),
        );
      },
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};
