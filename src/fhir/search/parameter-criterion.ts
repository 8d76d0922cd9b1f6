import { WarmfhirError } from '../../errors.ts';
import { nearest } from '../nearest.ts';
import { isResourceType } from '../resource-type.ts';
import type { Criterion } from './criterion.ts';
import { EVERY_DOCUMENT, everyDocumentCriterion } from './document-criterion.ts';
import { requireFollowed } from './followed-reference.ts';
import { UnknownModifier } from './modifiers.ts';
import { RESULT_PARAMETERS } from './result-parameters.ts';
import type { SearchContext } from './search-context.ts';
import type { SearchParameter } from './search-parameter.ts';
import { shown } from './search-value.ts';
import { valueCriterion } from './value-criterion.ts';

/** So many paths may one chain stand for; a client that names types has few. */
const MOST_PATHS = 2000;

const HAS = /^_has:([^:.]+):([^:.]+):(.+)$/s;
const HEAD = /^([^:.]+)(?::([^:.]+))?(?:\.(.+))?$/s;

/** Why a chain may not go on through one of several types. */
const NO_WAY: ReadonlySet<string> = new Set(['parameter-unknown', 'search-not-supported']);

/** Counts the paths that chains of one search branch into. */
export interface PathBudget {
  paths: number;
}

/**
 * What one parameter of a search, as it is written in a query, asks of documents of one type: a parameter with or without
 * a modifier, a chain, or `_has`. See https://hl7.org/fhir/R4/search.html#chaining
 *
 * @throws parameter-unknown, parameter-invalid, search-not-supported
 */
export function parameterCriterion(
  type: string,
  key: string,
  value: string,
  context: SearchContext,
  budget: PathBudget = { paths: 0 },
): Criterion {
  if (++budget.paths > MOST_PATHS) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The chain ${shown(key)} leads to too many types: name them, as in subject:Patient.name.`,
    );
  }
  if (key.startsWith('_has:') || key === '_has') return hasCriterion(type, key, value, context, budget);
  const head = HEAD.exec(key);
  if (head === null) throw unknownParameter(type, key, context);
  const [, code, modifier, rest] = head;
  const special =
    rest === undefined ? everyDocumentCriterion({ code: code!, modifier, value, type }, context) : undefined;
  if (special !== undefined) return special;
  const parameter = context.parameters.find(type, code!);
  if (parameter === undefined) throw unknownParameter(type, code!, context);
  if (rest !== undefined) return chainCriterion(parameter, modifier, rest, value, context, budget);
  return valueCriterion({ parameter, modifier, name: key, value }, context);
}

function hasCriterion(
  type: string,
  key: string,
  value: string,
  context: SearchContext,
  budget: PathBudget,
): Criterion {
  const match = HAS.exec(key);
  if (match === null) {
    throw new WarmfhirError(
      'parameter-invalid',
      `${shown(key)} is not of the form _has:Type:reference:parameter.`,
    );
  }
  const [, source, code, rest] = match;
  if (!isResourceType(source!)) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter ${shown(key)}: FHIR R4 has no resource type ${shown(source!)}.`,
    );
  }
  const parameter = context.parameters.find(source!, code!);
  if (parameter === undefined) throw unknownParameter(source!, code!, context);
  if (parameter.type !== 'reference' || !parameter.targets.includes(type)) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The parameter ${shown(key)}: ${source}.${code} does not refer to a ${type}.`,
    );
  }
  requireFollowed(parameter, context.kinds);
  const of = parameterCriterion(source!, rest!, value, context, budget);
  return { kind: 'has', type: source!, parameter: parameter.number, of };
}

/** A chain without a type goes to all types that the reference may lead to and that have what stands behind it. */
function chainCriterion(
  parameter: SearchParameter,
  modifier: string | undefined,
  rest: string,
  value: string,
  context: SearchContext,
  budget: PathBudget,
): Criterion {
  const { code, resourceType, targets, number } = parameter;
  if (parameter.type !== 'reference') {
    throw new WarmfhirError(
      'parameter-unknown',
      `The parameter ${code} of ${resourceType} is no reference, so nothing can be chained to it.`,
    );
  }
  if (modifier !== undefined && !targets.includes(modifier))
    throw new UnknownModifier(code, modifier, targets);
  requireFollowed(parameter, context.kinds);
  const of: Criterion[] = [];
  let failure: WarmfhirError | undefined;
  for (const type of modifier === undefined ? targets : [modifier]) {
    try {
      of.push({
        kind: 'chain',
        parameter: number,
        type,
        of: parameterCriterion(type, rest, value, context, budget),
      });
    } catch (error) {
      if (!(error instanceof WarmfhirError) || !isNoWay(error)) throw error;
      // A type that has the parameter says more of what is wrong than one that has not.
      if (!(failure instanceof UnknownModifier))
        failure = error instanceof UnknownModifier ? error : (failure ?? error);
    }
  }
  if (of.length === 0) throw failure!;
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

function isNoWay(error: WarmfhirError): boolean {
  return NO_WAY.has(error.code) || error instanceof UnknownModifier;
}

/** The error for a name that no parameter of the type has. */
export function unknownParameter(type: string, name: string, { parameters }: SearchContext): WarmfhirError {
  const defined = [...parameters.ofType(type).keys()].filter((code) => code !== '_query');
  const known = [...defined, ...EVERY_DOCUMENT, ...RESULT_PARAMETERS];
  const near = nearest(name, known);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ` Known are ${known.join(', ')}.`;
  return new WarmfhirError('parameter-unknown', `${type} has no search parameter ${shown(name)}.${hint}`);
}
