import type { StoredDocument } from '../../store/document.ts';

/** A document with its review state in front, as the plain face shows it: spliced, not parsed. */
export function entity({ type, id, reviewed, reviewTime, json }: StoredDocument): string {
  const time = reviewTime === null ? 'null' : `"${new Date(reviewTime).toISOString()}"`;
  return `{"_id":"${type}/${id}","reviewed":${reviewed},"reviewTime":${time},${json.slice(1)}`;
}
