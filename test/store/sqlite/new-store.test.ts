import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Opens a store as soon as all threads are there, and says what came of it. */
const OPEN = `
import { parentPort, workerData } from 'node:worker_threads';
const { SystemFile } = await import(workerData.systemFile);
const { StoreFolder } = await import(workerData.storeFolder);
const { arrived, threads, folder } = workerData;
Atomics.add(arrived, 0, 1);
while (Atomics.load(arrived, 0) < threads) {}
try {
  new SystemFile(new StoreFolder(folder)).close();
  parentPort.postMessage('opened');
} catch (error) {
  parentPort.postMessage(error.message);
}
`;

const THREADS = 2;

it('is made by several processes at once', async () => {
  using folder = temporaryFolder();
  for (let round = 0; round < 15; round += 1) {
    const arrived = new Int32Array(new SharedArrayBuffer(4));
    const workerData = {
      ...{ arrived, threads: THREADS, folder: folder.at(`data-${round}`) },
      systemFile: new URL('../../../src/store/sqlite/system-file.ts', import.meta.url).href,
      storeFolder: new URL('../../../src/store/sqlite/store-folder.ts', import.meta.url).href,
    };
    const url = new URL(`data:text/javascript,${encodeURIComponent(OPEN)}`);
    const threads = Array.from({ length: THREADS }, () => new Worker(url, { workerData }));
    const said = await Promise.all(threads.map((thread) => once(thread, 'message')));
    expect(said.flat()).toEqual(['opened', 'opened']);
  }
});
