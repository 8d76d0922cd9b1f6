import { WarmfhirError } from '../../errors.ts';
import type { MetricsSample } from '../../metrics/metrics.ts';
import type { ApiContext } from '../api-context.ts';
import type { OpenRoute } from '../route.ts';
import { newestGeneration } from './newest-generation.ts';

/** `GET /metrics`, for Prometheus. */
export function metricsRoute(api: ApiContext): OpenRoute {
  return {
    scope: 'open',
    method: 'GET',
    path: '/metrics',
    async handle(_request, reply) {
      reply.header('content-type', api.metrics.contentType);
      return api.metrics.expose({
        tenants: { ...api.tenants.counts() },
        ready: api.collections.ready,
        eventLoopLag: api.eventLoopLag.current,
        ...(await storeSample(api)),
      });
    },
  };
}

type StoreSample = Pick<MetricsSample, 'generation' | 'storeBytes' | 'openHandles'>;

/** What the store says; nothing when it cannot be used, for then the other metrics matter most. */
async function storeSample({ store, log }: ApiContext): Promise<StoreSample> {
  try {
    const [sizes, generation] = await Promise.all([store.sizes(), newestGeneration(store.generations)]);
    const { masterBytes: master, overlayBytes: overlay, systemBytes: system, openHandles } = sizes;
    return {
      storeBytes: { master, overlay, system },
      openHandles,
      ...(generation === undefined ? {} : { generation }),
    };
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    log.warn({ err: error }, 'The store does not say how large it is.');
    return { storeBytes: {}, openHandles: 0 };
  }
}
