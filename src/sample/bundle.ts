import { createHash } from 'node:crypto';
import type { SampleResource } from './element.ts';

/** How a transaction's entry is found by other transactions: by the first of its identifiers. */
type Identified = { readonly system: string; readonly value: string };

/** A UUID that is the same whenever the same resource of the same seed is written. */
function uuidOf(seed: number, literal: string): string {
  const hash = createHash('sha256').update(`${seed}/${literal}`).digest('hex');
  const variant = ((Number.parseInt(hash[16]!, 16) & 3) | 8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

/**
 * A transaction Bundle as hospitals send them: entries are known by UUID and refer to each other by it; what an earlier
 * transaction brought is referred to by identifier (`Practitioner?identifier=system|value`).
 *
 * @param resources the entries; every reference leads to one of them or to one of `elsewhere`
 * @param elsewhere resources of other transactions by `Type/id`, each with an identifier
 */
export function transactionBundle(
  seed: number,
  resources: readonly SampleResource[],
  elsewhere: ReadonlyMap<string, SampleResource>,
): string {
  const uuids = new Map(
    resources.map(({ resourceType, id }) => {
      const literal = `${resourceType}/${id}`;
      return [literal, uuidOf(seed, literal)];
    }),
  );
  const targetOf = (literal: string): string => {
    const uuid = uuids.get(literal);
    if (uuid !== undefined) return `urn:uuid:${uuid}`;
    const target = elsewhere.get(literal);
    const identified = (target?.identifier as readonly Identified[] | undefined)?.[0];
    if (target === undefined || identified === undefined) return literal;
    return `${target.resourceType}?identifier=${identified.system}|${identified.value}`;
  };
  const entries = resources.map((resource) => {
    const uuid = uuids.get(`${resource.resourceType}/${resource.id}`)!;
    const body = JSON.stringify({ ...resource, id: uuid }, (key, value) =>
      key === 'reference' && typeof value === 'string' ? targetOf(value) : value,
    );
    return `{"fullUrl":"urn:uuid:${uuid}","resource":${body},"request":{"method":"POST","url":"${resource.resourceType}"}}`;
  });
  return `{"resourceType":"Bundle","type":"transaction","entry":[\n${entries.join(',\n')}\n]}\n`;
}
