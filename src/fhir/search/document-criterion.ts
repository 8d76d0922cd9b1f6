import { WarmfhirError } from '../../errors.ts';
import { REVIEW_SYSTEM } from '../review-state.ts';
import type { Criterion } from './criterion.ts';
import { fold } from './fold.ts';
import { UnknownModifier } from './modifiers.ts';
import { dateTest } from './range-tests.ts';
import type { SearchContext } from './search-context.ts';
import { unescaped } from './search-text.ts';
import { invalidValue } from './search-value.ts';
import { writtenToken } from './token-tests.ts';
import { alternatives, missing, valueCriterion } from './value-criterion.ts';

/** A parameter that documents of every type have. */
interface DocumentParameter {
  readonly code: string;
  readonly modifier: string | undefined;
  readonly value: string;
  readonly type: string;
}

/** Names that R4's definitions do not have, or that are answered without index rows. */
export const EVERY_DOCUMENT: readonly string[] = ['_list', 'reviewed', 'review-time'];

const ALL: Criterion = { kind: 'all', of: [] };
const NONE: Criterion = { kind: 'any', of: [] };
const DATE = { types: new Set(['instant']), codeSystems: new Set<string>() };

/**
 * What a parameter asks that every type has and that is not, or not only, answered by index rows. Undefined for any other.
 *
 * @throws parameter-invalid, search-not-supported
 */
export function everyDocumentCriterion(
  asked: DocumentParameter,
  context: SearchContext,
): Criterion | undefined {
  const { code, modifier, value } = asked;
  switch (code) {
    case '_id':
      if (modifier === 'missing') return missing(code, value) ? NONE : ALL;
      return negatable(asked, (one) => ({ kind: 'id', ids: one.map(unescaped) }));
    case '_lastUpdated':
      if (modifier === 'missing') return missing(code, value) ? NONE : ALL;
      return dates(asked, 'last-updated', context);
    case 'reviewed':
      return reviewed(asked);
    case 'review-time':
      if (modifier === 'missing') return { kind: 'reviewed', reviewed: !missing(code, value) };
      return dates(asked, 'review-time', context);
    case '_text':
    case '_content':
      return words(asked);
    case '_list':
      return list(asked, context);
    case '_tag':
      return tag(asked, context);
    case '_query':
      throw new WarmfhirError('search-not-supported', 'This server has no named queries (_query).');
    default:
      return undefined;
  }
}

function negatable(
  { code, modifier, value }: DocumentParameter,
  criterion: (values: readonly string[]) => Criterion,
): Criterion {
  if (modifier !== undefined && modifier !== 'not')
    throw new UnknownModifier(code, modifier, ['missing', 'not']);
  const of = criterion(alternatives(code, value));
  return modifier === 'not' ? { kind: 'not', of } : of;
}

function reviewed(asked: DocumentParameter): Criterion {
  const { code, modifier, value } = asked;
  if (modifier === 'missing') return missing(code, value) ? NONE : ALL;
  return negatable(asked, (values) => ({
    kind: 'any',
    of: values.map((one) => ({ kind: 'reviewed', reviewed: missing(code, one) })),
  }));
}

function dates(
  { code, modifier, value }: DocumentParameter,
  kind: 'last-updated' | 'review-time',
  context: SearchContext,
): Criterion {
  if (modifier !== undefined) throw new UnknownModifier(code, modifier, ['missing']);
  const of = alternatives(code, value).map((one): Criterion => {
    return { kind, test: dateTest(one, { ...context, name: code, kinds: DATE }) };
  });
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

function words({ code, modifier, value }: DocumentParameter): Criterion {
  if (modifier === 'missing') {
    const isMissing = missing(code, value);
    // Every resource has content.
    if (code === '_content') return isMissing ? NONE : ALL;
    const narrative: Criterion = { kind: 'words', in: 'text', words: [] };
    return isMissing ? { kind: 'not', of: narrative } : narrative;
  }
  if (modifier !== undefined) throw new UnknownModifier(code, modifier, ['missing']);
  const of = alternatives(code, value).map((one): Criterion => {
    const found = fold(unescaped(one)).split(' ');
    if (found[0] === '') throw invalidValue(code, one, 'a text with letters or digits');
    return { kind: 'words', in: code === '_text' ? 'text' : 'content', words: found };
  });
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** Documents that a List names. See https://hl7.org/fhir/R4/search.html#list */
function list({ code, modifier, value }: DocumentParameter, { parameters }: SearchContext): Criterion {
  const inList = (of: Criterion): Criterion => {
    return { kind: 'has', type: 'List', parameter: parameters.find('List', 'item')!.number, of };
  };
  if (modifier === 'missing') return missing(code, value) ? { kind: 'not', of: inList(ALL) } : inList(ALL);
  if (modifier !== undefined) throw new UnknownModifier(code, modifier, ['missing']);
  const ids = alternatives(code, value).map((one) => {
    const id = unescaped(one).replace(/^List\//, '');
    if (!id.startsWith('$')) return id;
    throw new WarmfhirError('search-not-supported', `This server does not keep the list ${id}.`);
  });
  return inList({ kind: 'id', ids });
}

/** The tag of a reviewed document is in no index row, because a review is a property of its own. */
function tag({ code, modifier, value, type }: DocumentParameter, context: SearchContext): Criterion {
  const parameter = context.parameters.find(type, code)!;
  const isNot = modifier === 'not';
  const index = valueCriterion(
    { parameter, modifier: isNot ? undefined : modifier, name: code, value },
    context,
  );
  const isReviewed: Criterion = { kind: 'reviewed', reviewed: true };
  if (modifier === 'missing') {
    return value === 'true'
      ? { kind: 'all', of: [index, { kind: 'not', of: isReviewed }] }
      : { kind: 'any', of: [index, isReviewed] };
  }
  if (modifier !== undefined && !isNot) return index;
  const namesReview = alternatives(code, value).some((one) => {
    const { system, code: tagCode } = writtenToken(one, code);
    return (system ?? REVIEW_SYSTEM) === REVIEW_SYSTEM && (tagCode ?? 'reviewed') === 'reviewed';
  });
  const of: Criterion = namesReview ? { kind: 'any', of: [index, isReviewed] } : index;
  return isNot ? { kind: 'not', of } : of;
}
