import type { Definitions } from '../structure/definitions.ts';
import type { Member } from '../structure/member-table.ts';
import { isLexicalObject, type Lexical, type LexicalObject } from './lexical-json.ts';

/** Where an element stands in the JSON of a resource. */
export interface ElementPlace {
  /** The object that holds it. */
  readonly parent: LexicalObject;
  /** Members that the parent may have, by key. */
  readonly members: ReadonlyMap<string, Member>;
  /** Name of the element, without the type of a choice. */
  readonly name: string;
  /** Key under which it stands in the parent. */
  readonly key: string;
  readonly member: Member;
  /** Which item of a list it is. */
  readonly index?: number;
}

const STEP = /^([A-Za-z_][A-Za-z0-9_]*)(?:\[(\d+)\])?$/;

/**
 * Finds the element at a path such as `Patient.name[0].given[1]`, which begins with the type of `resource`. Undefined
 * where there is none, or for the resource itself.
 */
export function elementPlace(
  resource: LexicalObject,
  path: string,
  definitions: Definitions,
): ElementPlace | undefined {
  let parent: Lexical | undefined = resource;
  let members = definitions.membersOfResource(String(resource.resourceType));
  let place: ElementPlace | undefined;
  for (const step of path.split('.').slice(1)) {
    const [, name = '', item] = STEP.exec(step) ?? [];
    if (!isLexicalObject(parent)) return undefined;
    const key = keyOf(parent, name, members);
    const member = key === undefined ? undefined : members.get(key);
    if (key === undefined || member === undefined) return undefined;
    const index = item === undefined ? undefined : Number(item);
    place = { parent, members, name, key, member, ...(index === undefined ? {} : { index }) };
    const value: Lexical | undefined = parent[key];
    const at: Lexical | undefined = Array.isArray(value) ? value[index ?? 0] : value;
    members = membersOf(at, member, definitions);
    parent = at;
  }
  return place;
}

/** The members that a value of an element may have; none where it is a primitive. */
export function membersOf(
  value: Lexical | undefined,
  member: Member,
  definitions: Definitions,
): ReadonlyMap<string, Member> {
  if (member.json !== undefined) return new Map();
  if (member.type !== 'Resource') return definitions.members.membersOf(member.type);
  return isLexicalObject(value) ? definitions.membersOfResource(String(value.resourceType)) : new Map();
}

/** The key of an element that is there: `deceasedBoolean` for `deceased`. */
export function keyOf(
  parent: LexicalObject,
  name: string,
  members: ReadonlyMap<string, Member>,
): string | undefined {
  if (members.has(name)) return name;
  return Object.keys(parent).find((key) => members.get(key)?.choice === `${name}[x]` && !key.startsWith('_'));
}
