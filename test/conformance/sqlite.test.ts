import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { collectionConformance } from './collection-conformance.ts';
import { collectionModel } from './collection-model.ts';
import type { Engine } from './engine.ts';
import { historyConformance } from './history-conformance.ts';
import { installationConformance } from './installation-conformance.ts';
import { searchModel } from './search-model.ts';

const sqlite: Engine = {
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

collectionConformance(sqlite);
collectionModel(sqlite);
historyConformance(sqlite);
installationConformance(sqlite);
searchModel(sqlite);
