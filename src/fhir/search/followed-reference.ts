import { WarmfhirError } from '../../errors.ts';
import type { SearchParameter } from './search-parameter.ts';
import type { ValueKindsOf } from './value-kinds.ts';

/** Whether chains, `_has` and includes go from a resource to others by a parameter. */
export function isFollowed(parameter: SearchParameter, kinds: ValueKindsOf): boolean {
  return parameter.type === 'reference' && kinds.parameter(parameter).types.has('Reference');
}

/**
 * Says that a reference parameter is one that chains, `_has` and includes follow.
 *
 * @throws search-not-supported
 */
export function requireFollowed(parameter: SearchParameter, kinds: ValueKindsOf): void {
  if (isFollowed(parameter, kinds)) return;
  const { code, resourceType } = parameter;
  throw new WarmfhirError(
    'search-not-supported',
    kinds.parameter(parameter).types.has('Resource')
      ? `The parameter ${code} of ${resourceType} is a resource inside of it, which chains, _has and includes do not look into.`
      : `The parameter ${code} of ${resourceType} holds canonical addresses, which chains, _has and includes do not follow.`,
  );
}
