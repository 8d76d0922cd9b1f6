#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What Node compiles at the first start it finds compiled at the next: a third of the time to the first request.
// The folder is the package's own, so that nobody else can put code there; where it cannot be written nothing is kept.
enableCompileCache(fileURLToPath(new URL('../build/compile-cache', import.meta.url)));
if (process.argv[2] === 'serve') {
  const { boundYoungGeneration } = await import('./command/bound-young-generation.ts');
  boundYoungGeneration();
}
const { run } = await import('./command/run.ts');
await run();
