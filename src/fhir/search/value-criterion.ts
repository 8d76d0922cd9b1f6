import { WarmfhirError } from '../../errors.ts';
import { conceptTests, hierarchyTests } from './concept-tests.ts';
import type { Criterion, Test } from './criterion.ts';
import { fold } from './fold.ts';
import { requireModifier } from './modifiers.ts';
import { nearTests } from './near-tests.ts';
import { dateTest, numberTest, quantityTest } from './range-tests.ts';
import { referenceTests, typedReferenceTests } from './reference-tests.ts';
import type { SearchContext } from './search-context.ts';
import type { SearchParameter, SearchParameterComponent } from './search-parameter.ts';
import { shapeOf } from './search-parameters.ts';
import { hasWrongEscape, pieces, unescaped } from './search-text.ts';
import { invalidValue, type ValueContext } from './search-value.ts';
import { identifierTest, ofTypeTest, textTest, tokenTests } from './token-tests.ts';

/** One parameter of a search, taken apart. */
export interface Asked {
  readonly parameter: SearchParameter;
  readonly modifier: string | undefined;
  /** As the client wrote it, for errors. */
  readonly name: string;
  readonly value: string;
}

/**
 * What one parameter with its values asks of a document. Values between commas are alternatives.
 * See https://hl7.org/fhir/R4/search.html#modifiers
 *
 * @throws parameter-invalid for a value or a modifier that cannot be read, parameter-empty, search-not-supported
 */
export function valueCriterion(asked: Asked, context: SearchContext): Criterion {
  const { parameter, modifier, name, value } = asked;
  const kinds = context.kinds.parameter(parameter);
  requireModifier(parameter, modifier, name, kinds);
  const shape = shapeOf(parameter)!;
  if (modifier === 'missing') {
    const present: Criterion = { kind: 'present', parameter: parameter.number, shape };
    return missing(name, value) ? { kind: 'not', of: present } : present;
  }
  const values = alternatives(name, value);
  const of: ValueContext = { ...context, name, kinds };
  if (shape === 'composite') {
    const tests = values.flatMap((one) =>
      parameter.type === 'special' ? nearTests(one, of) : compositeTests(one, asked, context),
    );
    return tests.length === 0
      ? { kind: 'any', of: [] }
      : { kind: 'composite', parameter: parameter.number, tests };
  }
  if (parameter.code === 'url' && modifier === undefined && value.includes('|')) {
    return urlCriterion(values, asked, context);
  }
  const tests = values.flatMap((one) => testsOf(one, asked, of, context));
  const index: Criterion =
    tests.length === 0 ? { kind: 'any', of: [] } : { kind: 'index', parameter: parameter.number, tests };
  return modifier === 'not' || modifier === 'not-in' ? { kind: 'not', of: index } : index;
}

/** An address of a definition may be written with the version asked for: `url|version`. */
function urlCriterion(
  values: readonly string[],
  { parameter, name }: Asked,
  context: SearchContext,
): Criterion {
  const version = context.parameters.find(parameter.resourceType, 'version');
  const of = values.map((value): Criterion => {
    const [url, ...rest] = pieces(value, '|');
    const uri: Test = { kind: 'uri', mode: 'exact', uri: unescaped(rest.length === 1 ? url! : value) };
    const index: Criterion = { kind: 'index', parameter: parameter.number, tests: [uri] };
    if (rest.length !== 1) return index;
    if (version === undefined)
      throw invalidValue(name, value, `an address: a ${parameter.resourceType} has no version`);
    const asked: Asked = { parameter: version, modifier: undefined, name, value: rest[0]! };
    return { kind: 'all', of: [index, valueCriterion(asked, context)] };
  });
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** The value of `:missing`. Throws `parameter-invalid`, `parameter-empty`. */
export function missing(name: string, value: string): boolean {
  if (value === '') throw noValue(name);
  if (value !== 'true' && value !== 'false') throw invalidValue(name, value, 'true or false');
  return value === 'true';
}

/**
 * The alternatives of a value, still with escapes.
 *
 * @throws parameter-empty where there is none, parameter-invalid where one of several is empty or has an escape that is none
 */
export function alternatives(name: string, value: string): readonly string[] {
  if (value === '') throw noValue(name);
  if (hasWrongEscape(value)) {
    throw invalidValue(name, value, 'a value: a backslash stands in front of , | $ or another backslash');
  }
  const values = pieces(value, ',');
  if (values.includes('')) {
    throw new WarmfhirError('parameter-invalid', `The parameter ${name} has an empty value between commas.`);
  }
  return values;
}

function noValue(name: string): WarmfhirError {
  return new WarmfhirError('parameter-empty', `The parameter ${name} has no value.`);
}

function testsOf(piece: string, asked: Asked, of: ValueContext, context: SearchContext): readonly Test[] {
  const { parameter, modifier } = asked;
  switch (parameter.type) {
    case 'token':
      switch (modifier) {
        case 'text':
          return [textTest(piece, of)];
        case 'of-type':
          return [ofTypeTest(piece, of)];
        case 'in':
        case 'not-in':
          return conceptTests({ kind: 'value-set', address: unescaped(piece) }, context);
        case 'above':
        case 'below':
          return hierarchyTests(piece, modifier, of, context);
        default:
          return tokenTests(piece, of);
      }
    case 'reference':
      return referenceValueTests(piece, asked, of);
    case 'string':
      return [stringTest(piece, modifier, of)];
    case 'uri':
      return [uriTest(piece, modifier, of)];
    default:
      return plainTests(parameter.type, piece, parameter.targets, of);
  }
}

function referenceValueTests(
  piece: string,
  { parameter, modifier }: Asked,
  of: ValueContext,
): readonly Test[] {
  if (modifier === undefined) return referenceTests(piece, parameter.targets, of);
  if (modifier === 'identifier') return [identifierTest(piece, of)];
  if (modifier !== 'above' && modifier !== 'below') return typedReferenceTests(piece, modifier, of);
  const isCanonical = of.kinds.types.has('canonical') && !of.kinds.types.has('Reference');
  // All versions of a canonical address lie below it.
  if (isCanonical && modifier === 'below' && !piece.includes('|')) return referenceTests(piece, [], of);
  throw new WarmfhirError(
    'search-not-supported',
    `The parameter ${of.name}: hierarchies of references are not followed; only a canonical address without a version can be searched with :below.`,
  );
}

function stringTest(piece: string, modifier: string | undefined, { name }: ValueContext): Test {
  const text = unescaped(piece);
  if (modifier === 'exact') return { kind: 'string', mode: 'exact', text };
  const folded = fold(text);
  if (folded === '') throw invalidValue(name, piece, 'a text with letters or digits; :exact compares others');
  return { kind: 'string', mode: modifier === 'contains' ? 'contains' : 'prefix', text: folded };
}

function uriTest(piece: string, modifier: string | undefined, { name }: ValueContext): Test {
  const uri = unescaped(piece);
  if (modifier !== 'above' && modifier !== 'below') return { kind: 'uri', mode: 'exact', uri };
  if (uri.startsWith('urn:'))
    throw invalidValue(name, piece, `an address that has others :${modifier} it: URNs have no hierarchy`);
  return { kind: 'uri', mode: modifier, uri };
}

/** Tests of a value without a modifier. */
function plainTests(
  type: SearchParameter['type'],
  piece: string,
  targets: readonly string[],
  of: ValueContext,
): readonly Test[] {
  switch (type) {
    case 'token':
      return tokenTests(piece, of);
    case 'reference':
      return referenceTests(piece, targets, of);
    case 'string':
      return [stringTest(piece, undefined, of)];
    case 'uri':
      return [uriTest(piece, undefined, of)];
    case 'date':
      return [dateTest(piece, of)];
    case 'number':
      return [numberTest(piece, of)];
    default:
      return [quantityTest(piece, of)];
  }
}

/** One value of a composite, `a$b`: a tuple of tests for each combination of what its parts may be. */
function compositeTests(
  value: string,
  { parameter, name }: Asked,
  context: SearchContext,
): (readonly Test[])[] {
  const parts = pieces(value, '$');
  if (parts.length !== parameter.components.length || parts.includes('')) {
    const expected = parameter.components.map(({ type }) => type).join('$');
    throw invalidValue(name, value, `a combination of ${parameter.components.length} values: ${expected}`);
  }
  return parameter.components.reduce<(readonly Test[])[]>(
    (tuples, component: SearchParameterComponent, position) => {
      const of: ValueContext = { ...context, name, kinds: context.kinds.component(parameter, position) };
      const tests = plainTests(component.type, parts[position]!, [], of);
      return tuples.flatMap((tuple) => tests.map((test) => [...tuple, test]));
    },
    [[]],
  );
}
