/**
 * The composition root of the server: every part is made and wired here, and nowhere else.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from './api/server.ts';
import { systemClock } from './clock.ts';
import { Ingestion } from './collection/ingestion.ts';
import { TenantCollectionManager } from './collection/tenant-collection-manager.ts';
import { packageVersion, type Settings } from './config.ts';
import { WarmfhirError } from './errors.ts';
import { ThreadedPatcher } from './fhir/patch/threaded-patcher.ts';
import { ThreadedResourceCheck } from './fhir/threaded-resource-check.ts';
import { jsonLog } from './json-log.ts';
import type { MetricsPeers } from './metrics/metrics.ts';
import { PrometheusMetrics } from './metrics/prometheus/prometheus-metrics.ts';
import { openStore } from './open-store.ts';
import { ReviewService } from './review/review.ts';
import { TenantManager } from './tenant/tenant-manager.ts';
import { ThreadedRequestBundles } from './transaction/threaded-request-bundles.ts';

export type ServeSettings = Pick<
  Settings,
  | 'store'
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'insecureNoAuth'
  | 'idleTimeout'
  | 'autoWarm'
  | 'maxWarmTenants'
  | 'maxBody'
  | 'maxBundle'
  | 'documentCache'
  | 'overlayHandles'
  | 'listenUrl'
  | 'statementTimeout'
  | 'databaseConnections'
  | 'logLevel'
>;

/** Whom a server tells how far it is, and with whom it shares its address. */
export interface ServeCompany {
  /** Told the address as soon as connections are accepted. */
  listening(url: string): void;
  /** Told once tenants are served. */
  ready?(): void;
  readonly peers?: MetricsPeers;
}

/**
 * Serves until `signal` aborts, then answers what is in flight, closes everything and resolves. It listens at once and
 * looks for the master in the background; a damaged store rejects with `store-damaged` naming the file.
 */
export async function serve(
  settings: ServeSettings,
  signal: AbortSignal,
  { listening, ready, peers }: ServeCompany,
): Promise<void> {
  const clock = systemClock;
  const log = jsonLog(settings.logLevel);
  const store = await openStore({ ...settings, log });
  const metrics = new PrometheusMetrics();
  const collections = new TenantCollectionManager({ store, clock, log });
  const tenants = new TenantManager({
    ...{ store, collections, clock, log, metrics },
    idleTimeoutMs: settings.idleTimeout,
    maxWarm: settings.maxWarmTenants,
    autoWarm: settings.autoWarm,
  });
  const check = new ThreadedResourceCheck();
  const patcher = new ThreadedPatcher();
  const bundles = new ThreadedRequestBundles();
  const server = createServer({
    ...{ store, collections, tenants, check, patcher, bundles, clock, log, metrics },
    reviews: new ReviewService({ clock, metrics }),
    ingestion: new Ingestion({ generations: store.generations, clock }),
    maxBodyBytes: settings.maxBody,
    maxBundleBytes: settings.maxBundle,
    version: packageVersion(),
    ...(peers === undefined ? {} : { metricsPeers: peers }),
    ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
  });
  peers?.offer(() => metrics.snapshot());
  try {
    await listen(() => server.listen({ host: settings.host, port: settings.port }), settings);
    listening(addressOf(server.server.address() as AddressInfo));
    await collections.waitForFhirIngestion(signal);
    tenants.start();
    if (collections.ready) ready?.();
    if (!signal.aborted) await once(signal, 'abort');
    log.info({}, 'Shutting down.');
  } finally {
    await server.close();
    await tenants.close();
    await check.close();
    await patcher.close();
    await bundles.close();
    await store.close();
  }
}

async function listen(start: () => Promise<unknown>, { host, port }: ServeSettings): Promise<void> {
  try {
    await start();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'something else listens there' : message;
    throw new WarmfhirError('setting-invalid', `Cannot listen on ${host} port ${port}: ${reason}.`, {
      cause,
    });
  }
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
