import { itemsAt, type JsonMember, membersAt } from './json-text.ts';
import { type ResourceContent, stamp } from './resource-content.ts';

/** System of the tag `reviewed` and URL of the extension on `meta` that carry review state to FHIR clients. */
export const REVIEW_SYSTEM = 'urn:warmfhir:review';

const SERVER_MEMBERS: ReadonlySet<string> = new Set([
  'versionId',
  'lastUpdated',
  '_versionId',
  '_lastUpdated',
]);
/** The members of meta that may hold review state, with the member of an item that says so. */
const REVIEW_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['tag', 'system'],
  ['extension', 'url'],
]);

/**
 * Members of a meta object that the server does not own, as JSON text with a leading comma each, without review
 * state. `meta` starts at `start` of a minified text.
 */
export function metaWithoutServerParts(text: string, start: number): string {
  let kept = '';
  for (const member of membersAt(text, start)) {
    if (SERVER_MEMBERS.has(member.key)) continue;
    const value = REVIEW_MEMBERS.has(member.key)
      ? withoutReviewItems(text, member)
      : text.slice(member.valueStart, member.end);
    if (value !== undefined) kept += `,${text.slice(member.start, member.valueStart)}${value}`;
  }
  return kept;
}

/**
 * A stored resource with its review state set to `reviewTime` (milliseconds since the epoch), or taken away with
 * null. Everything else stays byte for byte.
 */
export function withReview(json: string, reviewTime: number | null): string {
  const meta = metaStart(json);
  const members = membersAt(json, meta);
  const end = members.at(-1)?.end ?? meta + 1;
  const parts: string[] = [];
  const pending = reviewTime === null ? new Map<string, string>() : reviewItems(reviewTime);
  for (const member of members) {
    if (!REVIEW_MEMBERS.has(member.key)) {
      parts.push(json.slice(member.start, member.end));
      continue;
    }
    const kept = withoutReviewItems(json, member);
    const added = pending.get(member.key);
    pending.delete(member.key);
    const value = added === undefined ? kept : withItem(kept, added);
    if (value !== undefined) parts.push(json.slice(member.start, member.valueStart) + value);
  }
  for (const [key, item] of pending) parts.push(`"${key}":[${item}]`);
  return json.slice(0, meta + 1) + parts.join(',') + json.slice(end);
}

/** The content of a stored resource: the inverse of `stamp`, review state included. */
export function contentOfStored(json: string): ResourceContent {
  const meta = metaStart(json);
  const [versionId, lastUpdated] = membersAt(json, meta);
  const [type, id] = membersAt(json, 0);
  const server = lastUpdated ?? versionId!;
  return {
    type: JSON.parse(json.slice(type!.valueStart, type!.end)) as string,
    id: JSON.parse(json.slice(id!.valueStart, id!.end)) as string,
    prefix: json.slice(0, meta + 1),
    suffix: json.slice(server.end),
  };
}

/** A stored resource with another version and time (milliseconds since the epoch). */
export function restamp(json: string, version: number, lastUpdated: number): string {
  return stamp(contentOfStored(json), version, lastUpdated);
}

/** In a stored resource only type and id stand before meta, and neither can hold a quote. */
function metaStart(json: string): number {
  return json.indexOf('"meta":{') + '"meta":'.length;
}

/** A list with one item more. Ingested resources are not checked, so the value may be anything. */
function withItem(value: string | undefined, item: string): string {
  if (value === undefined || value === '[]' || value === 'null') return `[${item}]`;
  return value.startsWith('[') ? `${value.slice(0, -1)},${item}]` : `[${value},${item}]`;
}

/** The value of `tag` or `extension` without review items, or undefined when nothing is left of it. */
function withoutReviewItems(text: string, member: JsonMember): string | undefined {
  const value = text.slice(member.valueStart, member.end);
  // A backslash may spell the system in another way, so only then and where it is named is a closer look needed.
  if (!(value.includes(REVIEW_SYSTEM) || value.includes('\\'))) return value;
  if (!value.startsWith('[')) return isReviewItem(value, REVIEW_MEMBERS.get(member.key)!) ? undefined : value;
  const items = itemsAt(value, 0).map((item) => value.slice(item.start, item.end));
  const kept = items.filter((item) => !isReviewItem(item, REVIEW_MEMBERS.get(member.key)!));
  if (kept.length === items.length) return value;
  return kept.length === 0 ? undefined : `[${kept.join(',')}]`;
}

function isReviewItem(item: string, member: string): boolean {
  const value: unknown = JSON.parse(item);
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Record<string, unknown>)[member] === REVIEW_SYSTEM
  );
}

function reviewItems(reviewTime: number): Map<string, string> {
  const time = new Date(reviewTime).toISOString();
  return new Map([
    ['extension', `{"url":"${REVIEW_SYSTEM}","extension":[{"url":"time","valueInstant":"${time}"}]}`],
    ['tag', `{"system":"${REVIEW_SYSTEM}","code":"reviewed"}`],
  ]);
}
