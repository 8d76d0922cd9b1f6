import { fhirTypeToJsType, getDataType, type InternalSchemaElement } from '@medplum/core';
import { isResourceType } from '../resource-type.ts';

/** A member that JSON objects of one type may have. */
export interface Member {
  /** FHIR type of its values; `Element` for the extensions of a primitive, as in `_birthDate`; `Resource` for any. */
  readonly type: string;
  readonly isArray: boolean;
  /** JSON type of a primitive's value. */
  readonly json: 'string' | 'number' | 'boolean' | undefined;
  /** True for the extensions of a primitive. */
  readonly isExtension: boolean;
  /** For a choice of types, as in `value[x]`: the name of the element, of which an object has one variant only. */
  readonly choice: string | undefined;
  /** For a choice of types: the member that this one belongs to, `valueString` for both it and `_valueString`. */
  readonly variant: string;
}

/** The members of R4's types as a JSON object has them: a choice of types is many, a primitive is two. */
export class MemberTable {
  readonly #types = new Map<string, ReadonlyMap<string, Member>>();

  /** Members by name of a type that the validator has loaded. */
  membersOf(type: string): ReadonlyMap<string, Member> {
    let members = this.#types.get(type);
    if (members === undefined) {
      members = readMembers(getDataType(type).elements);
      this.#types.set(type, members);
    }
    return members;
  }
}

const JSON_TYPES: ReadonlyMap<string, 'string' | 'number' | 'boolean'> = new Map(
  Object.entries(fhirTypeToJsType),
);

function readMembers(elements: Record<string, InternalSchemaElement>): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const [name, element] of Object.entries(elements)) {
    // The elements of what stands within an element are listed by their paths; they have types of their own.
    if (name.includes('.')) continue;
    const isChoice = name.endsWith('[x]');
    for (const { code } of element.type) {
      const variant = isChoice ? name.slice(0, -3) + code.charAt(0).toUpperCase() + code.slice(1) : name;
      const choice = isChoice ? name : undefined;
      const json = JSON_TYPES.get(code);
      const isArray = element.isArray === true;
      // Where the publisher narrows an element to one resource type, R4 takes any.
      const type = isResourceType(code) ? 'Resource' : code;
      members.set(variant, { type, isArray, json, isExtension: false, choice, variant });
      if (json === undefined) continue;
      const extension = { type: 'Element', isArray, json: undefined, isExtension: true, choice, variant };
      members.set(`_${variant}`, extension);
    }
  }
  return members;
}
