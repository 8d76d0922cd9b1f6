import { itemsAt, type JsonMember, membersAt } from '../json-text.ts';
import type { ElementTable } from './element-table.ts';
import { withSubsettedTag } from './subsetted-tag.ts';

/**
 * Which part of a resource a client asks for: `_summary=true|text|data`, or `_elements` with names of top-level
 * elements. See https://hl7.org/fhir/R4/search.html#summary
 */
export type Subset =
  | { readonly kind: 'summary' | 'text' | 'data' }
  | { readonly kind: 'elements'; readonly names: ReadonlySet<string> };

/** What is left out of no subset: without these a resource could be taken for another, or misread. */
const ALWAYS: ReadonlySet<string> = new Set([
  'resourceType',
  'id',
  'meta',
  'implicitRules',
  'modifierExtension',
]);

const OBJECT = 0x7b;
const ARRAY = 0x5b;

/**
 * The part of a stored resource that is asked for, tagged SUBSETTED. Cut out of its text: numbers and strings stay as
 * they were written. Mandatory elements are always there.
 *
 * @param json stored text of a resource of `type`
 */
export function subsetOf(json: string, type: string, subset: Subset, table: ElementTable): string {
  const tagged = withSubsettedTag(json);
  const kept = membersAt(tagged, 0).flatMap((member) => {
    if (subset.kind === 'summary' && !ALWAYS.has(member.key)) {
      return summaryMember(tagged, member, type, table);
    }
    return isKept(member.key, type, subset, table) ? [tagged.slice(member.start, member.end)] : [];
  });
  return `{${kept.join(',')}}`;
}

function isKept(key: string, type: string, subset: Subset, table: ElementTable): boolean {
  if (ALWAYS.has(key)) return true;
  const name = elementName(key);
  if (subset.kind === 'data') return name !== 'text';
  if (subset.kind === 'elements' ? subset.names.has(name) : name === 'text') return true;
  return table.membersOf(type).get(name)?.isMandatory === true;
}

/** `birthDate` for `_birthDate`, which holds its extensions. */
function elementName(key: string): string {
  return key.startsWith('_') ? key.slice(1) : key;
}

/** The member as the summary has it: one text, or none. */
function summaryMember(text: string, member: JsonMember, place: string, table: ElementTable): string[] {
  const element = table.membersOf(place).get(elementName(member.key));
  if (element === undefined || !(element.isSummary || element.isMandatory)) return [];
  const whole = text.slice(member.start, member.end);
  if (member.key.startsWith('_') || element.place === undefined || !isDivided(element.place, table)) {
    return [whole];
  }
  const value = summaryValue(text, { start: member.valueStart, end: member.end }, element.place, table);
  if (value !== undefined) return [text.slice(member.start, member.valueStart) + value];
  return element.isMandatory ? [whole] : [];
}

/** True where part of the members are in the summary. Where none is, a value is in the summary as a whole. */
function isDivided(place: string, table: ElementTable): boolean {
  for (const [name, { isSummary }] of table.membersOf(place)) {
    if (isSummary && name !== 'modifierExtension') return true;
  }
  return false;
}

/** A value, or a list of values, with the members of its summary; undefined when nothing is left. */
function summaryValue(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  place: string,
  table: ElementTable,
): string | undefined {
  const code = text.charCodeAt(start);
  if (code === OBJECT) {
    const members = membersAt(text, start).flatMap((member) => summaryMember(text, member, place, table));
    return members.length === 0 ? undefined : `{${members.join(',')}}`;
  }
  if (code === ARRAY) {
    const items = itemsAt(text, start).flatMap((item) => summaryValue(text, item, place, table) ?? []);
    return items.length === 0 ? undefined : `[${items.join(',')}]`;
  }
  // What was ingested is not checked, so a primitive may stand anywhere.
  return text.slice(start, end);
}
