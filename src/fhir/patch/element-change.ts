import type { Member } from '../structure/member-table.ts';
import { isLexicalObject, type Lexical, type LexicalObject, setMember } from './lexical-json.ts';

/** A value on its way into a resource. */
export interface PatchValue {
  /** The key that it belongs under: that of a choice names its type. */
  readonly key: string;
  readonly member: Member;
  /** Absent where a primitive has extensions only. */
  readonly value?: Lexical;
  /** Id and extensions of a primitive. */
  readonly partner?: Lexical;
}

/** Sets an element that is no list; what it had of extensions goes. */
export function setElement(parent: LexicalObject, { key, value, partner }: PatchValue): void {
  if (value === undefined) delete parent[key];
  else setMember(parent, key, value);
  if (partner === undefined) delete parent[`_${key}`];
  else setMember(parent, `_${key}`, partner);
}

/** Takes an element away, all of its items where it is a list. */
export function removeElement(parent: LexicalObject, key: string): void {
  delete parent[key];
  delete parent[`_${key}`];
}

/** Takes away what a deletion left empty: FHIR knows no empty objects and lists. True when nothing is left at all. */
export function removeEmpty(value: Lexical): boolean {
  if (Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) {
      if (removeEmpty(value[index]!)) value.splice(index, 1);
    }
    return value.length === 0;
  }
  if (!isLexicalObject(value)) return false;
  for (const key of Object.keys(value)) if (removeEmpty(value[key]!)) delete value[key];
  return Object.keys(value).length === 0;
}

/** How many items a list has. */
export function listLength(parent: LexicalObject, key: string): number {
  return Math.max(listOf(parent, key).length, listOf(parent, `_${key}`).length);
}

/** Puts an item into a list, which is made where there is none; an index behind its end appends. */
export function insertItem(parent: LexicalObject, item: PatchValue, index: number): void {
  changeItems(parent, item.key, (items) => {
    items.splice(Math.min(index, items.length), 0, [item.value ?? null, item.partner ?? null]);
  });
}

export function replaceItem(parent: LexicalObject, item: PatchValue, index: number): void {
  changeItems(parent, item.key, (items) => {
    items[index] = [item.value ?? null, item.partner ?? null];
  });
}

export function removeItem(parent: LexicalObject, key: string, index: number): void {
  changeItems(parent, key, (items) => items.splice(index, 1));
}

export function moveItem(parent: LexicalObject, key: string, source: number, destination: number): void {
  changeItems(parent, key, (items) => items.splice(destination, 0, ...items.splice(source, 1)));
}

type Item = [value: Lexical, partner: Lexical];

/** Changes a list together with the list beside it, which holds the extensions of primitives at the same positions. */
function changeItems(parent: LexicalObject, key: string, change: (items: Item[]) => void): void {
  const values = listOf(parent, key);
  const partners = listOf(parent, `_${key}`);
  const items = Array.from(
    { length: Math.max(values.length, partners.length) },
    (_, index): Item => [values[index] ?? null, partners[index] ?? null],
  );
  change(items);
  setList(
    parent,
    key,
    items.map(([value]) => value),
  );
  setList(
    parent,
    `_${key}`,
    items.map(([, partner]) => partner),
  );
}

function listOf(parent: LexicalObject, key: string): Lexical[] {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return Array.isArray(value) ? value : [];
}

function setList(parent: LexicalObject, key: string, values: Lexical[]): void {
  if (values.every((value) => value === null)) delete parent[key];
  else setMember(parent, key, values);
}
