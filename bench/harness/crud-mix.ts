import type { HttpClient } from './http-client.ts';
import { observation } from './observation.ts';
import { percentile, seededRandom } from './statistics.ts';

/** What the clients of a mix saw; times in milliseconds. */
export interface CrudResult {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Clients that each send a request when the last is answered: of a hundred, 60 read, 25 update, 10 create and 5 delete.
 * What is deleted was created by the same client, so every delete finds something; what is read and updated stays.
 * Rejects when a request fails.
 *
 * @param ids of Observations that the tenants have
 */
export async function crudMix(options: {
  readonly client: HttpClient;
  readonly tenants: readonly string[];
  readonly ids: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly seed: number;
}): Promise<CrudResult> {
  const { client, tenants, ids, connections, seconds, seed } = options;
  const bodies = new Map(ids.map((id) => [id, observation(id)]));
  const template = observation('new');
  const times: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const runClient = async (number: number) => {
    const random = seededRandom(seed * 1000 + number);
    const created: string[] = [];
    const write = (method: 'PUT' | 'POST', path: string, body: string) =>
      client.expect(path, {
        method,
        headers: { 'content-type': 'application/fhir+json' },
        body: body.replace('{n}', String(random(1_000_000))),
      });
    const request = async () => {
      const base = `/tenants/${tenants[random(tenants.length)]}/fhir/Observation`;
      const id = ids[random(ids.length)]!;
      const choice = random(100);
      if (choice < 60) return client.expect(`${base}/${id}`);
      if (choice < 85) return write('PUT', `${base}/${id}`, bodies.get(id)!);
      const own = choice >= 95 ? created.pop() : undefined;
      if (own !== undefined) return client.expect(own, { method: 'DELETE' });
      const reply = await write('POST', base, template);
      const [, place] = /\/Observation\/([^/]+)\/_history/.exec(reply.headers.location ?? '') ?? [];
      created.push(`${base}/${place}`);
      return reply;
    };
    for (let sentAt = performance.now(); sentAt < until; sentAt = performance.now()) {
      await request();
      times.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => runClient(number)));
  const elapsed = (performance.now() - startedAt) / 1000;
  return {
    requestsPerSecond: times.length / elapsed,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}
