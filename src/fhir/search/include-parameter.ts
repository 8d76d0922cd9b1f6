import { WarmfhirError } from '../../errors.ts';
import { isResourceType, RESOURCE_TYPES } from '../resource-type.ts';
import { isFollowed, requireFollowed } from './followed-reference.ts';
import { UnknownModifier } from './modifiers.ts';
import { unknownParameter } from './parameter-criterion.ts';
import type { Include } from './parsed-search.ts';
import type { SearchContext } from './search-context.ts';
import type { SearchParameter } from './search-parameter.ts';
import { shown } from './search-value.ts';

/**
 * Reads `_include` and `_revinclude`: `Type:parameter`, `Type:parameter:Target`, `Type:*` or `*`.
 * See https://hl7.org/fhir/R4/search.html#revinclude
 *
 * @param types the types searched
 * @throws parameter-unknown, parameter-invalid, search-not-supported
 */
export function includes(
  direction: Include['direction'],
  modifier: string | undefined,
  value: string,
  types: readonly string[],
  context: SearchContext,
): Include[] {
  const name = direction === 'include' ? '_include' : '_revinclude';
  if (modifier !== undefined && modifier !== 'iterate')
    throw new UnknownModifier(name, modifier, ['iterate']);
  const iterate = modifier === 'iterate';
  const [source, code, target, ...more] = value.split(':');
  if (value === '*') {
    const sources = direction === 'include' && !iterate ? types : RESOURCE_TYPES;
    return sources.flatMap((type) => all({ direction, source: type, iterate }, types, context));
  }
  if (!source || !code || more.length > 0) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter ${name}: ${shown(value)} is not of the form Type:parameter or Type:parameter:Target.`,
    );
  }
  for (const type of [source, ...(target === undefined ? [] : [target])]) {
    if (!isResourceType(type)) {
      throw new WarmfhirError(
        'parameter-invalid',
        `The parameter ${name}: FHIR R4 has no resource type ${shown(type)}.`,
      );
    }
  }
  const include = { direction, source, iterate, ...(target !== undefined && { target }) };
  if (code === '*') return all(include, types, context);
  const parameter = context.parameters.find(source, code);
  if (parameter === undefined) throw unknownParameter(source, code, context);
  if (parameter.type !== 'reference') {
    throw new WarmfhirError('parameter-invalid', `The parameter ${name}: ${source}.${code} is no reference.`);
  }
  if (target !== undefined && !parameter.targets.includes(target)) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter ${name}: ${source}.${code} does not refer to a ${target}.`,
    );
  }
  requireFollowed(parameter, context.kinds);
  return [{ ...include, parameters: [parameter.number] }];
}

/** All references of the source that are followed; backwards those that may lead to what is searched. */
function all(
  include: Omit<Include, 'parameters'>,
  types: readonly string[],
  context: SearchContext,
): Include[] {
  const { direction, source, iterate, target } = include;
  const leads = ({ targets }: SearchParameter): boolean => {
    if (target !== undefined) return targets.includes(target);
    return direction === 'include' || iterate || types.some((type) => targets.includes(type));
  };
  const parameters = [...context.parameters.ofType(source).values()].filter(
    (parameter) => isFollowed(parameter, context.kinds) && leads(parameter),
  );
  return parameters.length === 0 ? [] : [{ ...include, parameters: parameters.map(({ number }) => number) }];
}
