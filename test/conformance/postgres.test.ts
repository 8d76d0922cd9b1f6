import { afterAll, expect } from 'vitest';
import { StatementRecorder } from '../store/postgres/statement-recorder.ts';
import { collectionConformance } from './collection-conformance.ts';
import { collectionModel } from './collection-model.ts';
import { historyConformance } from './history-conformance.ts';
import { installationConformance } from './installation-conformance.ts';
import { largeSearchConformance } from './large-search-conformance.ts';
import { postgres } from './postgres-engine.ts';
import { searchConformance } from './search-conformance.ts';
import { searchModel } from './search-model.ts';
import { writeConformance } from './write-conformance.ts';

const recorder = new StatementRecorder();
// Whatever the engine is asked for, its statements stay on one worker of a Citus cluster.
afterAll(async () => {
  recorder[Symbol.dispose]();
  expect(await recorder.violations()).toEqual([]);
}, 300_000);

collectionConformance(postgres);
collectionModel(postgres);
historyConformance(postgres);
installationConformance(postgres);
largeSearchConformance(postgres);
searchConformance(postgres);
searchModel(postgres);
writeConformance(postgres);
