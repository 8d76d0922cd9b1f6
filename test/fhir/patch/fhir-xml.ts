import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import type { Definitions } from '../../../src/fhir/structure/definitions.ts';
import type { Member } from '../../../src/fhir/structure/member-table.ts';

const OPTIONS = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' } as const;

/** An element as the parser gives it: its name, its children and its attributes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly raw: Record<string, unknown>;
}

type Json = Record<string, unknown>;

export function parseXml(text: string): readonly XmlElement[] {
  return elements(new XMLParser(OPTIONS).parse(text) as Record<string, unknown>[]);
}

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((each) => each.name === name);
}

function elements(nodes: readonly Record<string, unknown>[]): readonly XmlElement[] {
  return nodes.flatMap((raw) => {
    const name = Object.keys(raw).find((key) => key !== ':@' && !key.startsWith('#'));
    if (name === undefined) return [];
    const attributes = (raw[':@'] ?? {}) as Record<string, string>;
    return [{ name, attributes, children: elements(raw[name] as Record<string, unknown>[]), raw }];
  });
}

/** A resource in FHIR's XML as its JSON. https://hl7.org/fhir/R4/json.html#xml */
export function resourceOfXml(element: XmlElement, definitions: Definitions): Json {
  const members = definitions.membersOfResource(element.name);
  return { resourceType: element.name, ...objectOfXml(element, members, definitions) };
}

function objectOfXml(
  element: XmlElement,
  members: ReadonlyMap<string, Member>,
  definitions: Definitions,
): Json {
  const object: Json = {};
  for (const [key, value] of Object.entries(element.attributes)) {
    if (key !== 'xmlns' && key !== 'value') object[key] = value;
  }
  for (const each of element.children) addChild(object, each, members.get(each.name)!, definitions);
  return object;
}

function addChild(object: Json, element: XmlElement, member: Member, definitions: Definitions): void {
  const { name } = element;
  if (name === 'div') {
    object.div = new XMLBuilder(OPTIONS).build([element.raw]);
    return;
  }
  const value =
    member.json === undefined
      ? objectOfXml(element, membersOf(member, definitions), definitions)
      : primitive(element.attributes.value, member);
  const partner =
    member.json !== undefined && element.children.length > 0
      ? objectOfXml(element, definitions.members.membersOf('Element'), definitions)
      : undefined;
  if (!member.isArray) {
    if (value !== undefined) object[name] = value;
    if (partner !== undefined) object[`_${name}`] = partner;
    return;
  }
  const list = listOf(object, name);
  list.push(value ?? null);
  if (partner === undefined && object[`_${name}`] === undefined) return;
  const partners = listOf(object, `_${name}`);
  while (partners.length < list.length - 1) partners.push(null);
  partners.push(partner ?? null);
}

function listOf(object: Json, key: string): unknown[] {
  object[key] ??= [];
  return object[key] as unknown[];
}

function membersOf({ type }: Member, definitions: Definitions): ReadonlyMap<string, Member> {
  return definitions.members.membersOf(type);
}

function primitive(value: string | undefined, { json }: Member): unknown {
  if (value === undefined) return undefined;
  if (json === 'string') return value;
  return JSON.parse(value);
}
