import type { IndexedValues } from './search/indexed-values.ts';

/**
 * A resource as a client or source wrote it, normalised, with the server-owned parts cut out: everything
 * that a store needs to write a version without parsing JSON again.
 *
 * `prefix` ends right behind `"meta":{`, `suffix` starts either with `}` or with `,` and the next member of
 * meta. Both are minified JSON text with numbers exactly as they were written. The review tag and extension
 * are not in it, neither are `meta.versionId` and `meta.lastUpdated`.
 */
export interface ResourceContent {
  readonly type: string;
  readonly id: string;
  readonly prefix: string;
  readonly suffix: string;
  /** What a search finds it by. Absent where a stored text was only taken apart: its index rows stay as they are. */
  readonly indexed?: IndexedValues;
}

/**
 * The JSON text of one stored version: `{"resourceType":…,"id":…,"meta":{"versionId":…,"lastUpdated":…` + rest.
 * Member order and spelling are fixed, so equal content gives equal bytes.
 *
 * @param version positive integer
 * @param lastUpdated milliseconds since the epoch
 */
export function stamp(content: ResourceContent, version: number, lastUpdated: number): string {
  return `${content.prefix}"versionId":"${version}","lastUpdated":"${new Date(lastUpdated).toISOString()}"${content.suffix}`;
}

/** How the text of every stored resource begins. */
export function contentPrefix(type: string, id: string): string {
  return `{"resourceType":"${type}","id":"${id}","meta":{`;
}

/** The same content under another id. */
export function withId(content: ResourceContent, id: string): ResourceContent {
  return { ...content, id, prefix: contentPrefix(content.type, id) };
}
