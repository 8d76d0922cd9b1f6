import { decoded } from '../fhir/patch/lexical-json.ts';
import { narrativeLinks } from '../fhir/structure/link-rewriter.ts';
import { patchBody } from './patch-body.ts';

/**
 * Texts of a patch that may be links once they are in a resource: a patch does not say of what type its values are. Of
 * what the patched resource links to only these are of the transaction.
 *
 * @param resource what the entry brings, in UTF-8
 * @throws what is wrong with its form
 */
export function patchLinks(resource: Uint8Array): ReadonlySet<string> {
  const links = new Set<string>();
  JSON.parse(decoded(patchBody(resource).body), (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    links.add(value);
    for (const link of narrativeLinks(value)) links.add(link);
    return value;
  });
  return links;
}
