import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-type.ts';
import { unionParts } from '../../../src/fhir/search/expression-text.ts';
import { resolvedType } from '../../../src/fhir/search/reference-form.ts';
import type { SearchParameter } from '../../../src/fhir/search/search-parameter.ts';
import { SearchParameters } from '../../../src/fhir/search/search-parameters.ts';
import { type RouteSink, routesOf, routeVisitor } from '../../../src/fhir/search/value-route.ts';

type Resource = Readonly<Record<string, unknown>>;

interface EngineNode {
  readonly data?: unknown;
}

interface Engine {
  compile(
    expression: string | { readonly base: string; readonly expression: string },
    model: unknown,
    options: object,
  ): (resource: unknown, variables: object) => readonly (EngineNode | string)[];
}

const DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
/** All resources of a file, where this is set; else so many of each, spread over the file. */
const EVERY = process.env.WARMFHIR_TEST_ALL_DATA === '1';
const SAMPLE = 12;

const require = createRequire(import.meta.url);
const engine = require('fhirpath') as Engine;
const model: unknown = require('fhirpath/fhir-context/r4');
const parameters = new SearchParameters();
const { elements } = parameters.definitions;

function resourcesIn(folder: string): Resource[] {
  const files = readdirSync(`${DATA}/${folder}`).filter((name) => name.endsWith('.ndjson.gz'));
  return files.flatMap((name) => {
    const lines = gunzipSync(readFileSync(`${DATA}/${folder}/${name}`))
      .toString()
      .trimEnd()
      .split('\n');
    const step = EVERY ? 1 : Math.max(1, Math.floor(lines.length / SAMPLE));
    return lines.filter((_, index) => index % step === 0).map((line) => JSON.parse(line) as Resource);
  });
}

/** The engine's `resolve()` waits for a server; what it is asked for here can be told from the reference. */
function forEngine(expression: string): string {
  return expression.replace(/resolve\(\) is (\w+)/g, "leadsTo('$1')");
}

class ByEngine {
  readonly #compiled = new Map<string, ReturnType<Engine['compile']>>();

  /** The parts of a union one by one: the engine cannot compare all values that it finds with each other. */
  values(expression: string, base: string, context: unknown, resource: Resource): Set<string> {
    return new Set(unionParts(expression).flatMap((part) => this.#part(part, base, context, resource)));
  }

  #part(expression: string, base: string, context: unknown, resource: Resource): string[] {
    const key = `${base} ${expression}`;
    let evaluate = this.#compiled.get(key);
    if (evaluate === undefined) {
      const options = {
        resolveInternalTypes: false,
        userInvocationTable: {
          leadsTo: {
            fn: (inputs: readonly EngineNode[], type: string) => [
              inputs.some(({ data }) => resolvedType(data, this.resource) === type),
            ],
            arity: { 1: ['String'] },
            internalStructures: true,
          },
        },
      };
      const text = forEngine(expression);
      const isResource = !base.includes('.') && RESOURCE_TYPES.includes(base);
      evaluate = engine.compile(isResource ? text : { base, expression: text }, model, options);
      this.#compiled.set(key, evaluate);
    }
    this.resource = resource;
    return evaluate(context, { resource }).map(plain);
  }

  resource: Resource = {};
}

function plain(node: EngineNode | string): string {
  const held = typeof node === 'object' && node !== null && 'data' in node ? node.data : node;
  return canonical(held);
}

/** Numbers and dates have types of their own in the engine. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, held: unknown) => {
    if (typeof held === 'bigint') return Number(held);
    return held;
  });
}

interface Found {
  readonly values: Set<string>;
  readonly repetitions: readonly { readonly type: string; readonly value: unknown }[];
}

function byClosures(
  expression: string,
  type: string,
  context: unknown,
  resource: Resource,
): Found | 'engine' {
  const routes = routesOf(expression, type, elements);
  if (routes === 'engine') return 'engine';
  const repetitions: { type: string; value: unknown }[] = [];
  for (const route of routes) {
    routeVisitor<RouteSink>(route, (value) => repetitions.push({ type: route.type, value }))(context, {
      resource,
    });
  }
  return { repetitions, values: new Set(repetitions.map(({ value }) => canonical(value))) };
}

/** What differs between both, in words. */
function differences(resource: Resource, parameter: SearchParameter, byEngine: ByEngine): string[] {
  const { expression, resourceType, code, components } = parameter;
  if (expression === '') return [];
  const found = byClosures(expression, resourceType, resource, resource);
  if (found === 'engine') return [];
  const wrong: string[] = [];
  const compare = (what: string, own: Set<string>, others: Set<string>): void => {
    const same = own.size === others.size && [...own].every((value) => others.has(value));
    if (!same)
      wrong.push(`${resourceType}/${resource.id} ${what}: ${[...own].join()} is not ${[...others].join()}`);
  };
  compare(code, found.values, byEngine.values(expression, resourceType, resource, resource));
  for (const component of components) {
    for (const { type, value } of found.repetitions) {
      const part = byClosures(component.expression, type, value, resource);
      if (part === 'engine') wrong.push(`${code}: ${component.expression} is left to the engine`);
      else
        compare(
          `${code} ${component.expression}`,
          part.values,
          byEngine.values(component.expression, type, value, resource),
        );
    }
  }
  return wrong;
}

describe('expressions of search parameters', () => {
  it('are nearly all compiled', () => {
    const left = RESOURCE_TYPES.flatMap((type) => [...parameters.ofType(type).values()]).filter(
      ({ expression, resourceType }) => routesOf(expression, resourceType, elements) === 'engine',
    );
    expect(left.map(({ resourceType, code }) => `${resourceType}.${code}`)).toEqual(['Patient.deceased']);
  });

  it('lead somewhere, whatever the parameter', () => {
    const nowhere = RESOURCE_TYPES.flatMap((type) => [...parameters.ofType(type).values()]).filter(
      ({ expression, resourceType }) =>
        expression !== '' && routesOf(expression, resourceType, elements).length === 0,
    );
    expect(nowhere).toEqual([]);
  });

  it.skipIf(!existsSync(DATA))(
    `have the same values compiled as in the FHIRPath engine, on ${EVERY ? 'all' : 'a part'} of the shared data`,
    { timeout: EVERY ? 3_600_000 : 120_000 },
    () => {
      const byEngine = new ByEngine();
      const wrong: string[] = [];
      const used = new Set<number>();
      for (const resource of [...resourcesIn('hl7-examples'), ...resourcesIn('synthea-small')]) {
        for (const parameter of parameters.ofType(resource.resourceType as string).values()) {
          wrong.push(...differences(resource, parameter, byEngine));
          used.add(parameter.number);
        }
      }
      expect(wrong).toEqual([]);
      expect(used.size).toBeGreaterThan(2_500);
    },
  );
});
