import { forEachConcurrently, type HttpClient } from './http-client.ts';
import { seededRandom } from './statistics.ts';

/** Names of `count` tenants. */
export function tenantNames(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

export async function warmUp(client: HttpClient, tenants: readonly string[]): Promise<void> {
  await forEachConcurrently(tenants, 64, (tenant) =>
    client.expect('/warm-up-tenant', { method: 'POST', headers: { 'x-tenant-id': tenant } }),
  );
}

/**
 * Lets every tenant change `changes` documents chosen at random among `keys`, each tenant others: it reviews them,
 * which writes a new version of each into its overlay.
 */
export async function changeDocuments(
  client: HttpClient,
  tenants: readonly string[],
  keys: readonly string[],
  changes: number,
): Promise<void> {
  const random = seededRandom(2);
  const requests = tenants.flatMap((tenant) => {
    const chosen = new Set<string>();
    while (chosen.size < changes) chosen.add(keys[random(keys.length)]!);
    const byType = Object.groupBy(chosen, (key) => key.slice(0, key.indexOf('/')));
    return Object.entries(byType).map(([entity, chosenKeys]) => ({
      headers: { 'x-tenant-id': tenant, 'content-type': 'application/json' },
      body: JSON.stringify({ entity, ids: chosenKeys!.map((key) => key.slice(entity.length + 1)) }),
    }));
  });
  await forEachConcurrently(requests, 64, async ({ headers, body }) => {
    const reply = await client.expect('/review-request', { method: 'POST', headers, body });
    if (reply.body.includes('"status":404'))
      throw new Error(`Not every document was found: ${reply.body.slice(0, 300)}`);
  });
}
