import { moveConformance } from './move-conformance.ts';
import { postgres } from './postgres-engine.ts';
import { sqlite } from './sqlite-engine.ts';

moveConformance(sqlite, postgres);
moveConformance(postgres, sqlite);
moveConformance(sqlite, sqlite);
