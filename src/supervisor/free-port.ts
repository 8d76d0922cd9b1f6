import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port on which nothing listens, for workers that are told to take any: they have to agree on one, also with those
 * that take their place later.
 */
export async function freePort(host: string): Promise<number> {
  const probe = createServer();
  try {
    probe.listen({ host, port: 0 });
    await once(probe, 'listening');
    return (probe.address() as AddressInfo).port;
  } catch {
    // The workers will find the same and say so.
    return 0;
  } finally {
    probe.close();
  }
}
