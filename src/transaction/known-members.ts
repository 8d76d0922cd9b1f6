import { WarmfhirError } from '../errors.ts';
import { nearest } from '../fhir/nearest.ts';
import { shown } from '../fhir/parse-resource.ts';

/**
 * Refuses members that R4 does not have: one that is spelled wrong may be a condition that would be passed over.
 *
 * @param owner what has the members, for the error
 * @param known names without the underscore of those that hold extensions of a primitive
 * @throws body-invalid
 */
export function requireMembers(owner: string, members: Iterable<string>, known: ReadonlySet<string>): void {
  for (const member of members) {
    if (known.has(member.replace(/^_/, ''))) continue;
    const near = nearest(member, [...known]);
    const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new WarmfhirError('body-invalid', `${owner} has no member ${shown(member)}.${hint}`);
  }
}
