import { systemClock } from '../clock.ts';
import { jsonLog } from '../json-log.ts';
import type { ServeSettings } from '../main.ts';
import { SupervisorMetrics } from '../metrics/prometheus/supervisor-metrics.ts';
import { clusterFork } from './cluster-fork.ts';
import { freePort } from './free-port.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Serves with several processes until `signal` aborts, then answers what is in flight, ends them and resolves. Should
 * this process be killed outright, they end at once.
 *
 * @param listening told the address once, as soon as all of them accept connections
 */
export async function serveWithWorkers(
  settings: ServeSettings,
  workers: number,
  signal: AbortSignal,
  listening: (url: string) => void,
): Promise<void> {
  const port = settings.port === 0 ? await freePort(settings.host) : settings.port;
  const supervisor = new Supervisor({
    ...{ workers, clock: systemClock, settings: { ...settings, port } },
    fork: clusterFork(),
    counts: new SupervisorMetrics(),
    log: jsonLog(settings.logLevel),
  });
  await supervisor.run(signal, listening);
}
