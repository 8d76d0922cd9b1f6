import { WarmfhirError } from '../../errors.ts';
import type { Test } from './criterion.ts';
import type { SearchContext } from './search-context.ts';
import { invalidValue, type ValueContext } from './search-value.ts';
import type { ConceptRequest } from './terminology.ts';
import { MEDIA_TYPES, withParameters } from './token-indexers.ts';
import { writtenToken } from './token-tests.ts';

/** What a document has that has one of the codes asked for. */
export function conceptTests(
  request: ConceptRequest,
  { concepts, codeCase }: SearchContext,
): readonly Test[] {
  return concepts.get(request).map(({ system, code }) => ({
    kind: 'token',
    system,
    code: codeCase.compared(system, code),
  }));
}

/** `:above` and `:below` of a code. Throws `parameter-invalid`, `search-not-supported`. */
export function hierarchyTests(
  piece: string,
  direction: 'above' | 'below',
  { name, kinds }: ValueContext,
  context: SearchContext,
): readonly Test[] {
  const { system, code } = writtenToken(piece, name);
  const [implied] = kinds.types.size === 1 && kinds.codeSystems.size === 1 ? kinds.codeSystems : [];
  const of = system ?? implied;
  if (code === undefined) throw invalidValue(name, piece, 'a code');
  if (of === MEDIA_TYPES && direction === 'below') {
    const compared = context.codeCase.compared(of, code);
    // A media type with parameters is indexed without them too, and with a mark that says so.
    return [compared, withParameters(compared)].map((one) => ({ kind: 'token', system: of, code: one }));
  }
  if (!of) {
    throw new WarmfhirError(
      'search-not-supported',
      `The parameter ${name}: what is ${direction} a code only its code system knows: name it, as in system|${code}.`,
    );
  }
  return conceptTests({ kind: direction, concept: { system: of, code } }, context);
}
