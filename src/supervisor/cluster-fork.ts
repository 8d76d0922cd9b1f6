import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { scriptUrl } from '../threads/script-url.ts';
import type { Fork, FromWorker, ToWorker } from './worker-message.ts';

/**
 * Workers as processes of `node:cluster` that share one listening socket: whichever has time takes the next connection
 * and keeps it. Node's other policy, where this process hands connections out in turn, loses those that are on their way
 * to a worker that dies: their clients wait for ever.
 */
export function clusterFork(): Fork {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
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
