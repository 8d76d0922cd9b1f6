import { WarmfhirError } from '../../errors.ts';
import type { ApiContext } from '../api-context.ts';
import { plainFace } from '../plain/plain-face.ts';
import type { OpenRoute } from '../route.ts';
import { newestGeneration } from './newest-generation.ts';

/** `GET /health`: what there is to know, for people. It answers 200 also when not all is well. */
export function healthRoute(api: ApiContext): OpenRoute {
  return {
    scope: 'open',
    method: 'GET',
    path: '/health',
    async handle(_request, reply) {
      reply.header('content-type', plainFace.contentType);
      return JSON.stringify({
        status: api.collections.ready ? 'ready' : 'not-ready',
        reason: api.collections.ready ? null : api.collections.notReadyReason,
        version: api.version,
        uptimeSeconds: Math.floor((api.clock.now() - api.startedAt) / 1000),
        ...(await storeHealth(api)),
        eventLoopLagSeconds: api.eventLoopLag.current,
      });
    },
  };
}

/** What the store says, or why it does not: the rest of the answer is worth having without it. */
async function storeHealth({ ingestion, store, tenants, log }: ApiContext): Promise<object> {
  try {
    const [status, newest, tenantCounts] = await Promise.all([
      ingestion.status(),
      newestGeneration(store.generations),
      tenants.counts(),
    ]);
    const counts = [...(newest?.documents ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ingestion: status ?? null,
      generation: newest?.number ?? null,
      resources: {
        total: counts.reduce((sum, [, count]) => sum + count, 0),
        byType: Object.fromEntries(counts),
      },
      tenants: { ...tenantCounts, ...tenants.transitions() },
    };
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    log.warn({ err: error }, 'The store does not say how it is.');
    return { ingestion: null, generation: null, resources: null, tenants: null };
  }
}
