import { WarmfhirError } from '../../errors.ts';
import { shown } from '../parse-resource.ts';
import type { Definitions } from '../structure/definitions.ts';
import type { Member } from '../structure/member-table.ts';
import { insertItem, type PatchValue, setElement } from './element-change.ts';
import { isLexicalObject, type Lexical, type LexicalObject } from './lexical-json.ts';

const VALUE = /^value([A-Z][A-Za-z0-9]*)$/;

/**
 * What the part of an operation brings for the element `name` of an object that may have `members`: a value of its
 * type, a resource, or, for elements whose type has no name, an object made of the part's own parts.
 *
 * @throws patch-malformed, patch-not-applicable where the type has no such element
 */
export function patchValue(
  part: LexicalObject,
  target: { readonly name: string; readonly members: ReadonlyMap<string, Member>; readonly label: string },
  definitions: Definitions,
): PatchValue {
  const { name, members, label } = target;
  const typeName = Object.keys(part)
    .map((key) => VALUE.exec(key.replace(/^_/, ''))?.[1])
    .find((found) => found !== undefined);
  const key = members.has(name) ? name : `${name}${typeName ?? ''}`;
  const member = members.get(key);
  if (member === undefined || key.startsWith('_')) {
    throw new WarmfhirError('patch-not-applicable', `${label}: R4 has no element ${shown(key)} there.`);
  }
  const value = typeName === undefined ? undefined : part[`value${typeName}`];
  const partner = typeName === undefined ? undefined : part[`_value${typeName}`];
  if (value !== undefined || partner !== undefined) {
    return {
      ...{ key, member },
      ...(value === undefined ? {} : { value }),
      ...(partner === undefined ? {} : { partner }),
    };
  }
  if (isLexicalObject(part.resource)) return { key, member, value: part.resource };
  if (Array.isArray(part.part))
    return { key, member, value: objectOf(part.part, member, label, definitions) };
  throw new WarmfhirError('patch-malformed', `${label} has a value without content.`);
}

function objectOf(
  parts: readonly Lexical[],
  { type, json }: Member,
  label: string,
  definitions: Definitions,
): LexicalObject {
  if (json !== undefined || type === 'Resource') {
    throw new WarmfhirError('patch-not-applicable', `${label}: a value of type ${type} has no parts.`);
  }
  const members = definitions.members.membersOf(type);
  const object: LexicalObject = {};
  for (const part of parts) {
    if (!isLexicalObject(part) || typeof part.name !== 'string') {
      throw new WarmfhirError('patch-malformed', `${label} has a value with a part that has no name.`);
    }
    const made = patchValue(part, { name: part.name, members, label }, definitions);
    if (made.member.isArray) insertItem(object, made, Number.POSITIVE_INFINITY);
    else setElement(object, made);
  }
  return object;
}
