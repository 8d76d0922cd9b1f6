import { WarmfhirError } from '../../errors.ts';
import { nearest } from '../nearest.ts';
import { isResourceType } from '../resource-type.ts';
import type { SearchParameter } from './search-parameter.ts';
import { shortened } from './search-value.ts';
import { CODED } from './token-tests.ts';
import type { ValueKinds } from './value-kinds.ts';

/** Modifiers of each type of parameter, beside those that name a resource type. */
const MODIFIERS: Readonly<Record<SearchParameter['type'], readonly string[]>> = {
  string: ['missing', 'exact', 'contains'],
  token: ['missing', 'not', 'text', 'of-type', 'in', 'not-in', 'above', 'below'],
  reference: ['missing', 'identifier', 'above', 'below'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
  uri: ['missing', 'above', 'below'],
  composite: ['missing'],
  special: ['missing'],
};

/** Types of values that modifiers of tokens are about; the other modifiers are about all. */
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  // Those with a text beside the code.
  text: ['Coding', 'CodeableConcept', 'Identifier'],
  'of-type': ['Identifier'],
  in: CODED,
  'not-in': CODED,
  above: CODED,
  below: CODED,
};

/** A modifier that a parameter does not have. One of the same name on another type may have it. */
export class UnknownModifier extends WarmfhirError {
  constructor(name: string, modifier: string, known: readonly string[]) {
    const near = nearest(modifier, known);
    const hint =
      near.length > 0
        ? `Did you mean :${near.join(' or :')}?`
        : known.length > 0
          ? `Known are :${known.join(', :')}.`
          : 'It takes none.';
    super(
      'parameter-invalid',
      `The parameter ${shortened(name)} does not take the modifier :${shortened(modifier)}. ${hint}`,
    );
  }
}

/**
 * Says that a parameter has a modifier that says something about its values.
 *
 * @param name of the parameter as the client wrote it
 * @throws UnknownModifier
 */
export function requireModifier(
  { type, targets }: SearchParameter,
  modifier: string | undefined,
  name: string,
  { types }: ValueKinds,
): void {
  if (modifier === undefined) return;
  const known =
    type === 'token'
      ? MODIFIERS.token.filter((one) => ABOUT[one]?.some((kind) => types.has(kind)) ?? true)
      : MODIFIERS[type];
  if (known.includes(modifier)) return;
  if (type !== 'reference') throw new UnknownModifier(name, modifier, known);
  if (targets.includes(modifier)) return;
  throw new UnknownModifier(name, modifier, isResourceType(modifier) ? targets : [...known, ...targets]);
}
