import { collectionConformance } from './collection-conformance.ts';
import { collectionModel } from './collection-model.ts';
import { historyConformance } from './history-conformance.ts';
import { installationConformance } from './installation-conformance.ts';
import { largeSearchConformance } from './large-search-conformance.ts';
import { searchConformance } from './search-conformance.ts';
import { searchModel } from './search-model.ts';
import { sqlite } from './sqlite-engine.ts';
import { writeConformance } from './write-conformance.ts';

collectionConformance(sqlite);
collectionModel(sqlite);
historyConformance(sqlite);
installationConformance(sqlite);
largeSearchConformance(sqlite);
searchConformance(sqlite);
searchModel(sqlite);
writeConformance(sqlite);
