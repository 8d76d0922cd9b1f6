import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { scriptUrl } from '../threads/script-url.ts';
import type { Fork, FromWorker, ToWorker } from './worker-message.ts';

/**
 * Workers as processes of `node:cluster`: this process accepts connections and hands them out in turn, so that every
 * worker gets as many; from then on a connection is its worker's alone.
 */
export function clusterFork(): Fork {
  cluster.setupPrimary({
    exec: fileURLToPath(scriptUrl('worker-script', import.meta.url)),
    args: [],
    serialization: 'advanced',
  });
  return (events) => {
    const worker = cluster.fork();
    worker.on('message', (message: FromWorker) => events.message(message));
    worker.once('exit', (code, signal) => {
      events.ended(signal === null ? `code ${code}` : `signal ${signal}`, signal !== null);
    });
    // Its channel broke because it is about to end.
    worker.on('error', () => {});
    return {
      pid: worker.process.pid,
      send: (message: ToWorker) => {
        if (worker.isConnected()) worker.send(message, () => {});
      },
    };
  };
}
