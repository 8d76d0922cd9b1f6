import { WarmfhirError } from '../../errors.ts';
import type { InstallationSample } from '../../metrics/metrics.ts';
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
      const [installation, own] = await Promise.all([installationSample(api), api.metrics.snapshot()]);
      const others = (await api.metricsPeers?.gather(own)) ?? [];
      return api.metrics.expose([own, ...others], installation);
    },
  };
}

/** What the store says; next to nothing when it cannot be used, for then the other metrics matter most. */
async function installationSample({
  store,
  tenants,
  collections,
  log,
}: ApiContext): Promise<InstallationSample> {
  const { ready } = collections;
  try {
    const [sizes, counts, generation] = await Promise.all([
      store.sizes(),
      tenants.counts(),
      newestGeneration(store.generations),
    ]);
    const { masterBytes: master, overlayBytes: overlay, systemBytes: system } = sizes;
    return {
      ready,
      tenants: { ...counts },
      storeBytes: { master, overlay, system },
      ...(generation === undefined ? {} : { generation }),
    };
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    log.warn({ err: error }, 'The store does not say how large it is.');
    return { ready, tenants: {}, storeBytes: {} };
  }
}
