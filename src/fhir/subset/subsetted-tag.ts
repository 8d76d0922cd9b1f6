import { membersAt } from '../json-text.ts';

/** See https://hl7.org/fhir/R4/valueset-common-tags.html */
const SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const TAG = `{"system":"${SYSTEM}","code":"SUBSETTED"}`;

/** A stored resource with the tag that says: this is a part of it. Once, however often it is asked for. */
export function withSubsettedTag(json: string): string {
  // In a stored resource only type and id stand before meta, and neither can hold a quote.
  const meta = json.indexOf('"meta":{') + '"meta":'.length;
  const members = membersAt(json, meta);
  const tag = members.find(({ key }) => key === 'tag');
  if (tag === undefined) {
    const end = members.at(-1)?.end ?? meta + 1;
    return `${json.slice(0, end)}${members.length === 0 ? '' : ','}"tag":[${TAG}]${json.slice(end)}`;
  }
  const value = json.slice(tag.valueStart, tag.end);
  if (isTagged(value)) return json;
  const items = value.startsWith('[') && value !== '[]' ? `${value.slice(0, -1)},${TAG}]` : `[${TAG}]`;
  return json.slice(0, tag.valueStart) + items + json.slice(tag.end);
}

function isTagged(tags: string): boolean {
  if (!tags.includes('SUBSETTED')) return false;
  const values: unknown = JSON.parse(tags);
  return (
    Array.isArray(values) && values.some((value) => value?.code === 'SUBSETTED' && value?.system === SYSTEM)
  );
}
