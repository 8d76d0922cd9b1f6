import { WarmfhirError } from '../../errors.ts';
import type { ApiContext } from '../api-context.ts';
import { plainFace } from '../plain/plain-face.ts';
import type { OpenRoute } from '../route.ts';

/** An event loop that is later than this keeps every client waiting, seconds. */
const MOST_LAG = 1;

/** `GET /all-good`: should a load balancer send requests here? 503 names the checks that fail, and why. */
export function allGoodRoute(api: ApiContext): OpenRoute {
  return {
    scope: 'open',
    method: 'GET',
    path: '/all-good',
    async handle(_request, reply) {
      // What goes wrong becomes the reason that is shown.
      await api.collections.look().catch(() => undefined);
      const checks = {
        ingestion: api.collections.ready ? 'ok' : api.collections.notReadyReason,
        store: await storeCheck(api),
        'event-loop': eventLoopCheck(api),
      };
      const failing = Object.entries(checks).filter(([, result]) => result !== 'ok');
      reply.header('content-type', plainFace.contentType);
      if (failing.length === 0) return JSON.stringify({ status: 'all-good', checks });
      reply.code(503).header('retry-after', '5');
      const message = failing.map(([name, reason]) => `${name}: ${reason}`).join(' ');
      return JSON.stringify({ status: 'not-good', failing: failing.map(([name]) => name), message, checks });
    },
  };
}

async function storeCheck({ store, log }: ApiContext): Promise<string> {
  try {
    await store.check();
    return 'ok';
  } catch (error) {
    log.warn({ err: error }, 'The store does not pass its check.');
    return error instanceof WarmfhirError && error.code !== 'internal'
      ? error.detail
      : 'The store cannot be used.';
  }
}

function eventLoopCheck({ eventLoopLag }: ApiContext): string {
  const { p99 } = eventLoopLag.current;
  return p99 < MOST_LAG ? 'ok' : `The event loop runs ${p99.toFixed(1)} seconds late.`;
}
