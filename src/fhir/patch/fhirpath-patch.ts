import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { WarmfhirError } from '../../errors.ts';
import { shown } from '../parse-resource.ts';
import type { Definitions } from '../structure/definitions.ts';
import type { Member } from '../structure/member-table.ts';
import {
  insertItem,
  listLength,
  moveItem,
  removeElement,
  removeEmpty,
  removeItem,
  replaceItem,
  setElement,
} from './element-change.ts';
import { type ElementPlace, elementPlace, keyOf, membersOf } from './element-place.ts';
import { isLexicalObject, type LexicalObject, lexicalText, parseLexical } from './lexical-json.ts';
import { type PatchOperation, readOperations } from './patch-operation.ts';
import { patchValue } from './patch-value.ts';

/** What the engine knows of an element that an expression selects. */
interface FoundNode {
  fullPropertyName?(): string | null;
}

/** An object that has elements, and those that it may have. */
interface Holder {
  readonly object: LexicalObject;
  readonly members: ReadonlyMap<string, Member>;
}

/**
 * Applies a FHIRPath Patch to a resource. https://hl7.org/fhir/R4/fhirpatch.html
 *
 * @throws json-malformed, json-duplicate-key, patch-malformed, patch-not-applicable
 */
export function applyFhirPathPatch(document: string, patch: string, definitions: Definitions): string {
  const operations = readOperations(parseLexical(patch));
  const resource = parseLexical(document) as LexicalObject;
  for (const operation of operations) new FhirPathPatch(resource, operation, definitions).apply();
  return lexicalText(resource);
}

/** One operation on a resource. */
class FhirPathPatch {
  readonly #resource: LexicalObject;
  readonly #operation: PatchOperation;
  readonly #definitions: Definitions;

  constructor(resource: LexicalObject, operation: PatchOperation, definitions: Definitions) {
    this.#resource = resource;
    this.#operation = operation;
    this.#definitions = definitions;
  }

  apply(): void {
    switch (this.#operation.type) {
      case 'add':
        this.#add();
        break;
      case 'insert':
        this.#insert();
        break;
      case 'delete':
        this.#delete();
        break;
      case 'replace':
        this.#replace();
        break;
      case 'move':
        this.#move();
        break;
    }
  }

  #add(): void {
    const { path, name, value, label } = this.#operation;
    const { object, members } = this.#holder(path);
    const made = patchValue(value!, { name: name!, members, label }, this.#definitions);
    if (made.member.isArray) {
      insertItem(object, made, Number.POSITIVE_INFINITY);
      return;
    }
    const standing = keyOf(object, name!, members);
    if (
      standing !== undefined &&
      (Object.hasOwn(object, standing) || Object.hasOwn(object, `_${standing}`))
    ) {
      throw this.#notApplicable(`there is a ${name} already, and only one may be there`);
    }
    setElement(object, made);
  }

  #insert(): void {
    const { value, index, label } = this.#operation;
    const { object, members, name } = this.#list();
    const length = listLength(object, name);
    if (index! > length) throw this.#notApplicable(`the list has ${length} items`);
    insertItem(object, patchValue(value!, { name, members, label }, this.#definitions), index!);
  }

  #delete(): void {
    const place = this.#place();
    if (place === undefined) return;
    const { parent, key, member, index } = place;
    if (member.isArray) removeItem(parent, key, index ?? 0);
    else removeElement(parent, key);
    removeEmpty(this.#resource);
  }

  #replace(): void {
    const { value, label } = this.#operation;
    const place = this.#place();
    if (place === undefined) throw this.#notApplicable('there is nothing to replace');
    const { parent, members, name, key, member, index } = place;
    const made = patchValue(value!, { name, members, label }, this.#definitions);
    if (member.isArray) {
      replaceItem(parent, made, index ?? 0);
      return;
    }
    if (made.key !== key) removeElement(parent, key);
    setElement(parent, made);
  }

  #move(): void {
    const { source, destination } = this.#operation;
    const { object, name } = this.#list();
    const length = listLength(object, name);
    if (source! >= length || destination! >= length)
      throw this.#notApplicable(`the list has ${length} items`);
    moveItem(object, name, source!, destination!);
  }

  /** The object that a path leads to, be it the resource or an element. */
  #holder(path: string): Holder {
    const found = this.#find(path);
    if (found.length !== 1) {
      const what = found.length === 0 ? 'no element' : `${found.length} elements`;
      throw this.#notApplicable(`the path leads to ${what}`);
    }
    if (!found[0]!.includes('.')) {
      const type = String(this.#resource.resourceType);
      return { object: this.#resource, members: this.#definitions.membersOfResource(type) };
    }
    const place = elementPlace(this.#resource, found[0]!, this.#definitions);
    const value = place === undefined ? undefined : place.parent[place.key];
    const object = Array.isArray(value) ? value[place!.index ?? 0] : value;
    if (place === undefined || !isLexicalObject(object)) {
      throw this.#notApplicable('the path leads to nothing that has elements');
    }
    return { object, members: membersOf(object, place.member, this.#definitions) };
  }

  /** The list that a path names by its last step, whether or not there is anything in it yet. */
  #list(): Holder & { readonly name: string } {
    const [, path, name] = /^(.+)\.([A-Za-z][A-Za-z0-9]*)$/s.exec(this.#operation.path.trim()) ?? [];
    if (path === undefined || name === undefined) throw this.#notApplicable('the path does not name a list');
    const holder = this.#holder(path);
    if (holder.members.get(name)?.isArray !== true) throw this.#notApplicable(`${name} is no list`);
    return { ...holder, name };
  }

  /** The one element that the path leads to, or undefined when there is none. */
  #place(): ElementPlace | undefined {
    const found = this.#find(this.#operation.path);
    if (found.length === 0) return undefined;
    if (found.length > 1) throw this.#notApplicable(`the path leads to ${found.length} elements`);
    const place = elementPlace(this.#resource, found[0]!, this.#definitions);
    if (place === undefined) throw this.#notApplicable('the path leads to no element');
    return place;
  }

  /** Places of what a path selects, such as `Patient.name[0]`. */
  #find(path: string): readonly string[] {
    // The engine calculates with plain numbers.
    const plain: unknown = JSON.parse(lexicalText(this.#resource));
    let nodes: readonly FoundNode[];
    try {
      nodes = fhirpath.evaluate(plain, withNarrative(path), { resource: plain }, r4, {
        resolveInternalTypes: false,
        traceFn: () => {},
      }) as FoundNode[];
    } catch (cause) {
      const said = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
      throw new WarmfhirError(
        'patch-malformed',
        `${this.#operation.label}: the path ${shown(path)} cannot be evaluated: ${said.slice(0, 200)}`,
        { cause },
      );
    }
    return nodes.map((node) => {
      const name = node.fullPropertyName?.();
      if (typeof name !== 'string') throw this.#notApplicable('the path leads to no element');
      return name;
    });
  }

  #notApplicable(reason: string): WarmfhirError {
    const { label, type, path } = this.#operation;
    return new WarmfhirError(
      'patch-not-applicable',
      `${label} (${type} ${shown(path)}) does not fit: ${reason}.`,
    );
  }
}

/** FHIRPath takes `div` for an operator; in R4 it is the narrative. */
function withNarrative(path: string): string {
  return path.replace(/('(?:[^'\\]|\\.)*')|\.div\b/g, (_match, text: string | undefined) => text ?? '.`div`');
}
