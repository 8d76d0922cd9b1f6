import { ComponentIndexer, indexRepetition } from './composite-indexer.ts';
import { dateIndexer } from './date-indexers.ts';
import type { DistilledSearch } from './distil-search.ts';
import { FhirPathExpression } from './fhirpath-expression.ts';
import {
  type GatheredRows,
  members,
  type ParameterIndexer,
  text,
  type ValueIndexer,
} from './gathered-rows.ts';
import { nextNumber } from './number-range.ts';
import { numberIndexer, quantityIndexer } from './quantity-indexers.ts';
import { canonicalForm } from './reference-form.ts';
import { referenceIndexer } from './reference-indexers.ts';
import type { SearchParameter, SearchParameterType } from './search-parameter.ts';
import { stringIndexer } from './string-indexers.ts';
import { type CodeCase, tokenIndexer } from './token-indexers.ts';
import type { Ucum } from './ucum.ts';
import { routesOf, routeVisitor, type ValueRoute } from './value-route.ts';

/** What compiling needs beside a parameter itself. */
export interface IndexerContext {
  readonly definitions: DistilledSearch;
  readonly codeCase: CodeCase;
  readonly ucum: Ucum;
}

/** Compiles what a parameter is indexed by; undefined where nothing is. */
export function parameterIndexer(
  parameter: SearchParameter,
  context: IndexerContext,
): ParameterIndexer | undefined {
  const { resourceType, type, expression, number, components } = parameter;
  if (type !== 'composite') return indexer({ type, expression, start: resourceType, number }, context);
  const routes = routesOf(expression, resourceType, context.definitions.elements);
  if (routes === 'engine') return undefined;
  return sequence(
    routes.map((route) => {
      const compiled = components.map((component) => {
        const index = indexer({ ...component, start: route.type, number: 0 }, context);
        return new ComponentIndexer(component.type, index ?? (() => undefined));
      });
      return routeVisitor<GatheredRows>(route, (repetition, rows) =>
        indexRepetition(repetition, compiled, number, rows),
      );
    }),
  );
}

interface Target {
  readonly type: SearchParameterType;
  readonly expression: string;
  /** Type of the context. */
  readonly start: string;
  readonly number: number;
}

function indexer(target: Target, context: IndexerContext): ParameterIndexer | undefined {
  const { expression, start, number } = target;
  const routes = routesOf(expression, start, context.definitions.elements);
  if (routes === 'engine') {
    // Such an expression has no route to say what its values are: the only one that R4 has is of truth values.
    const index = valueIndexer(target, { type: 'boolean', element: '' }, context)!;
    const compiled = new FhirPathExpression(expression);
    return (resource, rows) => {
      for (const value of compiled.evaluate(resource)) index(value, number, rows);
    };
  }
  return sequence(
    routes.flatMap((route) => {
      const index = valueIndexer(target, route, context);
      return index === undefined
        ? []
        : [routeVisitor<GatheredRows>(route, (value, rows) => index(value, number, rows))];
    }),
  );
}

function sequence(indexers: readonly ParameterIndexer[]): ParameterIndexer | undefined {
  if (indexers.length < 2) return indexers[0];
  return (context, rows) => {
    for (const index of indexers) index(context, rows);
  };
}

/** Undefined for a type of values that the type of the parameter does not search by. */
function valueIndexer(
  { type }: Target,
  route: Pick<ValueRoute, 'type' | 'element'>,
  { definitions, codeCase, ucum }: IndexerContext,
): ValueIndexer | undefined {
  switch (type) {
    case 'token':
      return tokenIndexer(route.type, definitions.codeSystems[route.element] ?? '', codeCase);
    case 'string':
      return stringIndexer(route.type, route.element);
    case 'date':
      return dateIndexer(route.type);
    case 'number':
      return numberIndexer(route.type);
    case 'quantity':
      return quantityIndexer(route.type, ucum);
    case 'reference':
      return referenceIndexer(route.type);
    case 'uri':
      return route.type === 'canonical' ? indexCanonical : indexUri;
    default:
      // `near` is the only special parameter that R4 has.
      return indexPosition;
  }
}

const indexUri: ValueIndexer = (value, parameter, rows) => {
  const uri = text(value);
  if (uri !== undefined) rows.uri.add([parameter, uri]);
};

/** A canonical address is found with its version and without. */
const indexCanonical: ValueIndexer = (value, parameter, rows) => {
  indexUri(value, parameter, rows);
  const { base, version } = canonicalForm(text(value) ?? '');
  if (version !== '') indexUri(base, parameter, rows);
};

const indexPosition: ValueIndexer = (value, parameter, rows) => {
  const { latitude, longitude } = members(value);
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return;
  rows.composite.add([
    parameter,
    { number: [latitude, nextNumber(latitude)] },
    { number: [longitude, nextNumber(longitude)] },
  ]);
};
