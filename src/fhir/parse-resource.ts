import { WarmfhirError } from '../errors.ts';
import { type JsonMember, scanObject } from './json-text.ts';
import { parseJson } from './parse-json.ts';
import { contentPrefix, type ResourceContent } from './resource-content.ts';
import { isResourceId } from './resource-id.ts';
import { isResourceType } from './resource-type.ts';
import { metaWithoutServerParts } from './review-state.ts';

export interface ParsedResource {
  readonly content: ResourceContent;
  /** From plain `JSON.parse`: numbers may have lost their spelling, so it is for looking only. */
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads one resource and brings its text into the layout in which it is stored: type, id and meta first, the other
 * members in source order, no white space; numbers and string escapes stay as they were written. What the server
 * owns (`meta.versionId`, `meta.lastUpdated`, review state) is cut out.
 *
 * @param options.id used instead of the id in the text
 * @param options.defaultId used where the text has none
 * @throws json-malformed, json-duplicate-key, body-invalid, resource-type-unknown, resource-id-invalid
 */
export function parseResource(
  text: string,
  options: { readonly id?: string; readonly defaultId?: string } = {},
): ParsedResource {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const value = resourceValue(parseJson(source));
  const type = value.resourceType as string;
  const id = options.id ?? value.id ?? options.defaultId;
  if (typeof id !== 'string' || !isResourceId(id)) {
    throw new WarmfhirError(
      'resource-id-invalid',
      id === undefined
        ? 'The resource has no id.'
        : `A resource id is 1 to 64 characters of [A-Za-z0-9.-], not ${shown(id)}.`,
    );
  }
  const object = scanObject(source);
  let meta: JsonMember | undefined;
  let rest = '';
  for (const member of object.members) {
    if (member.key === 'meta') meta = member;
    else if (!PLACED_FIRST.has(member.key)) rest += `,${object.text.slice(member.start, member.end)}`;
  }
  const kept = meta === undefined ? '' : metaWithoutServerParts(object.text, meta.valueStart);
  return {
    value,
    content: {
      type,
      id,
      prefix: contentPrefix(type, id),
      suffix: `${kept}}${rest}}`,
    },
  };
}

const PLACED_FIRST: ReadonlySet<string> = new Set(['resourceType', 'id']);

function resourceValue(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WarmfhirError('body-invalid', 'A resource is a JSON object.');
  }
  const { resourceType, meta } = value as Record<string, unknown>;
  if (typeof resourceType !== 'string')
    throw new WarmfhirError('body-invalid', 'The resource has no resourceType.');
  if (!isResourceType(resourceType)) {
    throw new WarmfhirError('resource-type-unknown', `FHIR R4 has no resource type ${shown(resourceType)}.`);
  }
  if (meta !== undefined && (typeof meta !== 'object' || meta === null || Array.isArray(meta))) {
    throw new WarmfhirError('body-invalid', 'The resource has a meta that is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** A value for an error's detail, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
