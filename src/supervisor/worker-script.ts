/**
 * A worker: one whole server in a process of its own, started by a supervisor and told by it what to do.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { exitCodeOf, sentenceOf } from '../command/failure.ts';
import { untilSignal } from '../command/until-signal.ts';
import { WarmfhirError } from '../errors.ts';
import { SupervisorLink } from './supervisor-link.ts';

enableCompileCache(fileURLToPath(new URL('../../build/compile-cache', import.meta.url)));
// Without a supervisor there is nobody to stop this process later: it ends as its supervisor did, at once.
process.prependListener('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A script loaded in front of this one may have left the channel so that it keeps nobody alive.
process.channel?.ref();
const link = new SupervisorLink();
const signal = AbortSignal.any([link.stopped, untilSignal(1)]);
try {
  const [{ serve }, settings] = await Promise.all([import('../main.ts'), link.settings]);
  await serve(settings, signal, {
    listening: (url) => void link.tell({ kind: 'listening', url }),
    ready: () => void link.tell({ kind: 'ready' }),
    peers: link,
  });
  process.exit(0);
} catch (error) {
  const code = error instanceof WarmfhirError ? error.code : 'internal';
  await link.tell({ kind: 'failed', code, detail: sentenceOf(error) });
  process.exit(exitCodeOf(error));
}
