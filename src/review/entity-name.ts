import { WarmfhirError } from '../errors.ts';
import { nearest } from '../fhir/nearest.ts';
import { RESOURCE_TYPES } from '../fhir/resource-type.ts';

/** Plurals that no rule gives. */
const IRREGULAR: Readonly<Record<string, string>> = {
  people: 'Person',
  media: 'Media',
  parameters: 'Parameters',
};

const TYPE_OF_NAME: ReadonlyMap<string, string> = new Map([
  ...RESOURCE_TYPES.flatMap((type) => [
    [type.toLowerCase(), type] as const,
    [plural(type.toLowerCase()), type] as const,
  ]),
  ...Object.entries(IRREGULAR),
]);

/** So much of a name is quoted. */
const LONGEST_QUOTE = 64;

/**
 * The resource type that a client means: `encounter`, `Encounters`, `DIAGNOSTIC-REPORTS`. Every R4 type, singular or
 * plural, in any case, with hyphens and underscores where the client likes them.
 * Throws `entity-unknown`, naming what comes near.
 */
export function entityType(name: string): string {
  const plain = name.trim().replace(/[-_]/g, '').toLowerCase();
  const type = TYPE_OF_NAME.get(plain);
  if (type !== undefined) return type;
  const shown = JSON.stringify(name.slice(0, LONGEST_QUOTE));
  const near = nearest(plain, TYPE_OF_NAME.keys());
  const types = [...new Set(near.map((found) => TYPE_OF_NAME.get(found)))];
  const hint = types.length === 0 ? '' : ` Did you mean ${types.join(' or ')}?`;
  throw new WarmfhirError('entity-unknown', `No FHIR R4 resource type is called ${shown}.${hint}`);
}

function plural(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  return `${name}s`;
}
