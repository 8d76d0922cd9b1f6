import { WarmfhirError } from '../errors.ts';
import { isResourceId } from '../fhir/resource-id.ts';
import { objectMembers, parsedMember } from '../source/object-members.ts';
import { isSearchPost, resourceAddress } from './entry-request.ts';
import { criteriaKey, inEntry, type PlannedEntry } from './transaction-plan.ts';

/** Ids that criteria select, by `Type?query`; of more than one it may be the first few, but for those of a delete. */
export type Lookups = ReadonlyMap<string, readonly string[]>;

/** What an entry does, and to which resource. */
export type EntryTarget =
  | { readonly action: 'create' | 'require' | 'patch'; readonly type: string; readonly id: string }
  /** `assignId`: the id is not that of the body. */
  | { readonly action: 'put'; readonly type: string; readonly id: string; readonly assignId: boolean }
  | { readonly action: 'delete'; readonly type: string; readonly ids: readonly string[] }
  /** Nothing that is written: a search, an operation. */
  | { readonly action: 'none' };

/**
 * What each entry does, by position.
 *
 * @param patches by position, for entries that patch
 * @throws criteria-ambiguous, resource-mismatch, and body-invalid where two entries write the same resource
 */
export function entryTargets(
  entries: readonly PlannedEntry[],
  lookups: Lookups,
  patches: ReadonlyMap<number, { readonly id: string }>,
): readonly EntryTarget[] {
  const remaining = lookupsAfterDeletes(entries, lookups);
  const made = new Map<string, Made>();
  const written = new Map<string, number>();
  return entries.map((entry) =>
    inEntry(entry.index, () => {
      const found = entry.request.method === 'DELETE' ? lookups : remaining;
      const target = entryTarget(entry, found, patches, made);
      for (const key of writtenKeys(target)) {
        const other = written.get(key);
        if (other !== undefined) {
          throw new WarmfhirError(
            'body-invalid',
            `Entry ${other} writes ${key} too: once is all that a transaction can.`,
          );
        }
        written.set(key, entry.index);
      }
      return target;
    }),
  );
}

/** What is found when the deletes of a transaction, which come first, are done. */
export function lookupsAfterDeletes(entries: readonly PlannedEntry[], lookups: Lookups): Lookups {
  const deleted = new Set(
    entries.flatMap(({ request, address, criteria }) => {
      if (request.method !== 'DELETE') return [];
      if (address.kind === 'instance') return [`${address.type}/${address.id}`];
      return (lookups.get(criteriaKey(criteria!)) ?? []).map((id) => `${criteria!.type}/${id}`);
    }),
  );
  if (deleted.size === 0) return lookups;
  return new Map(
    [...lookups].map(([key, ids]) => {
      const type = key.slice(0, key.indexOf('?'));
      return [key, ids.filter((id) => !deleted.has(`${type}/${id}`))];
    }),
  );
}

/** A resource that a conditional entry makes, because its criteria match nothing. */
interface Made {
  readonly id: string;
  readonly index: number;
  readonly method: 'POST' | 'PUT';
}

/** @param made what conditional entries made so far, by criteria: another create with the same creates nothing */
function entryTarget(
  entry: PlannedEntry,
  lookups: Lookups,
  patches: ReadonlyMap<number, { readonly id: string }>,
  made: Map<string, Made>,
): EntryTarget {
  const { request, address, criteria, newId } = entry;
  if (isSearchPost(request)) return { action: 'none' };
  const found = criteria === undefined ? [] : (lookups.get(criteriaKey(criteria)) ?? []);
  switch (request.method) {
    case 'POST': {
      const { type } = address as { type: string };
      if (criteria === undefined) return { action: 'create', type, id: newId };
      const key = criteriaKey(criteria);
      const other = made.get(key);
      if (other?.method === 'PUT') throw overlapping(key, other);
      const id = oneOf(found, key) ?? other?.id;
      if (id !== undefined) return { action: 'require', type, id };
      made.set(key, { id: newId, index: entry.index, method: 'POST' });
      return { action: 'create', type, id: newId };
    }
    case 'PUT': {
      if (address.kind === 'instance') {
        return { action: 'put', type: address.type, id: address.id, assignId: false };
      }
      const { type } = criteria!;
      const own = ownId(entry.resource!);
      const key = criteriaKey(criteria!);
      const id = oneOf(found, key);
      if (id === undefined) {
        const other = made.get(key);
        if (other !== undefined) throw overlapping(key, other);
        made.set(key, { id: own ?? newId, index: entry.index, method: 'PUT' });
        return own === undefined
          ? { action: 'create', type, id: newId }
          : { action: 'put', type, id: own, assignId: false };
      }
      if (own !== undefined && own !== id) {
        throw new WarmfhirError(
          'resource-mismatch',
          `The criteria select ${type}/${id}, the body has the id ${own}.`,
        );
      }
      return { action: 'put', type, id, assignId: true };
    }
    case 'PATCH':
      return { action: 'patch', type: (address as { type: string }).type, id: patches.get(entry.index)!.id };
    case 'DELETE':
      return address.kind === 'instance'
        ? { action: 'delete', type: address.type, ids: [address.id] }
        : { action: 'delete', type: criteria!.type, ids: found };
    default: {
      const read = request.url.includes('$') ? { kind: 'other' as const } : resourceAddress(request.url);
      return read.kind === 'instance'
        ? { action: 'require', type: read.type, id: read.id }
        : { action: 'none' };
    }
  }
}

function writtenKeys(target: EntryTarget): readonly string[] {
  if (target.action === 'none' || target.action === 'require') return [];
  if (target.action === 'delete') return target.ids.map((id) => `${target.type}/${id}`);
  return [`${target.type}/${target.id}`];
}

/** What both make would match the criteria of each. */
function overlapping(key: string, { index }: Made): WarmfhirError {
  return new WarmfhirError(
    'body-invalid',
    `Entry ${index} makes what matches ${key} too: once is all that a transaction can.`,
  );
}

function oneOf(ids: readonly string[], key: string): string | undefined {
  if (ids.length > 1) throw new WarmfhirError('criteria-ambiguous', `Several resources match ${key}.`);
  return ids[0];
}

/** The id that a resource brings along, where it is one. */
function ownId(resource: Uint8Array): string | undefined {
  const id = parsedMember(resource, objectMembers(resource)?.get('id'));
  return typeof id === 'string' && isResourceId(id) ? id : undefined;
}
