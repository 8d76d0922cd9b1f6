import { care } from './care.ts';
import { knowledge } from './knowledge.ts';
import { people } from './people.ts';

export type Resource = { readonly resourceType: string; readonly id: string };

/** What a master holds and a tenant does to it, so that the tenant has the collection that is searched. */
export interface Making {
  readonly name: string;
  readonly master: readonly Resource[];
  readonly written: readonly Resource[];
  readonly removed: readonly Resource[];
}

const collection: readonly Resource[] = [...people, ...care, ...knowledge];

/** Would be found like the original if it were not deleted. */
const deleted = collection.map((resource) => ({ ...resource, id: `${resource.id}-deleted` }));

/** Would be found like another resource of its type if it were not replaced. */
function outdated(resource: Resource): Resource {
  const others = collection.filter(({ resourceType }) => resourceType === resource.resourceType);
  const next = others[(others.indexOf(resource) + 1) % others.length]!;
  return { ...next, id: resource.id };
}

/** Every fourth is as it was, the next was made by the tenant, the others were replaced by it. */
const mixed = collection.flatMap((resource, index) => {
  if (index % 4 === 1) return [];
  return [index % 4 === 0 ? resource : outdated(resource)];
});

/** The same collection, put together in three ways. */
export const MAKINGS: readonly Making[] = [
  { name: 'master alone', master: collection, written: [], removed: [] },
  {
    name: 'overlay alone',
    master: [{ resourceType: 'Parameters', id: 'none' }],
    written: collection,
    removed: [],
  },
  {
    name: 'overlay on master',
    master: [...mixed, ...deleted],
    written: collection.filter((_, index) => index % 4 !== 0),
    removed: deleted,
  },
];
