import type { DistilledSearch } from './distil-search.ts';
import { type PathStep, parsePath } from './expression-path.ts';
import { unionParts } from './expression-text.ts';
import { resolvedType } from './reference-form.ts';

type Elements = DistilledSearch['elements'];

/** A way from a context to values of one type, through members as they are named in JSON. */
export interface ValueRoute {
  readonly root: 'resource' | 'context';
  readonly steps: readonly RouteStep[];
  /** Type of the values. */
  readonly type: string;
  /** Element of the values, for example `Patient.gender`. */
  readonly element: string;
}

interface RouteStep {
  readonly member: string;
  readonly index?: number;
  readonly filters: readonly Filter[];
}

type Filter = Exclude<PathStep, { readonly kind: 'member' | 'index' | 'type' }>;

/** What the values of an expression are reached by, or `engine` where it takes the FHIRPath engine to find them. */
export function routesOf(expression: string, type: string, elements: Elements): ValueRoute[] | 'engine' {
  const routes: ValueRoute[] = [];
  for (const part of unionParts(expression)) {
    const path = parsePath(part, type);
    if (path === undefined) return 'engine';
    const { root, steps } = path;
    // `%resource` occurs in expressions of MolecularSequence alone, whose contexts lie in it.
    const start = root === 'resource' ? type.split('.')[0]! : type;
    let found: ValueRoute[] = [{ root, steps: [], type: start, element: start }];
    for (const step of steps) found = found.flatMap((route) => extended(route, step, elements));
    routes.push(...found);
  }
  return routes;
}

function extended(route: ValueRoute, step: PathStep, elements: Elements): ValueRoute[] {
  if (step.kind === 'type') return isSubtype(route.type, step.type) ? [route] : [];
  if (step.kind === 'member') {
    const types = elements[route.type]?.[step.name] ?? [];
    return types.map((type) => ({
      root: route.root,
      steps: [
        ...route.steps,
        { member: types.length > 1 ? step.name + capital(type) : step.name, filters: [] },
      ],
      type,
      element: `${route.type}.${step.name}`,
    }));
  }
  const last = route.steps.at(-1)!;
  const changed: RouteStep =
    step.kind === 'index' ? { ...last, index: step.index } : { ...last, filters: [...last.filters, step] };
  return [{ ...route, steps: [...route.steps.slice(0, -1), changed] }];
}

/** Types that are a kind of another one. See https://hl7.org/fhir/R4/datatypes.html */
const KIND_OF: Readonly<Record<string, string>> = {
  canonical: 'uri',
  url: 'uri',
  uuid: 'uri',
  oid: 'uri',
  code: 'string',
  id: 'string',
  markdown: 'string',
  unsignedInt: 'integer',
  positiveInt: 'integer',
  Age: 'Quantity',
  Count: 'Quantity',
  Distance: 'Quantity',
  Duration: 'Quantity',
};

function isSubtype(type: string, of: string): boolean {
  return type === of || KIND_OF[type] === of;
}

function capital(type: string): string {
  return type[0]!.toUpperCase() + type.slice(1);
}

/** Calls `leaf` for every value of the route, in document order. Values of the wrong kind on the way are passed over. */
export function routeVisitor<Sink extends RouteSink>(
  route: ValueRoute,
  leaf: (value: unknown, sink: Sink) => void,
): (context: unknown, sink: Sink) => void {
  let visit = leaf;
  for (const step of route.steps.toReversed()) visit = stepVisitor(step, visit);
  return route.root === 'context' ? visit : (_, sink) => visit(sink.resource, sink);
}

export interface RouteSink {
  readonly resource: Readonly<Record<string, unknown>>;
}

function stepVisitor<Sink extends RouteSink>(
  { member, index, filters }: RouteStep,
  next: (value: unknown, sink: Sink) => void,
): (context: unknown, sink: Sink) => void {
  const visit = filters.reduceRight((inner, filter) => filtered(filter, inner), next);
  if (index !== undefined) {
    return (context, sink) => {
      const value = memberOf(context, member);
      const item: unknown = Array.isArray(value) ? value[index] : index === 0 ? value : undefined;
      if (item !== undefined && item !== null) visit(item, sink);
    };
  }
  return (context, sink) => {
    const value = memberOf(context, member);
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) visit(value, sink);
    else for (const item of value) if (item !== undefined && item !== null) visit(item, sink);
  };
}

function memberOf(context: unknown, member: string): unknown {
  return typeof context === 'object' && context !== null
    ? (context as Readonly<Record<string, unknown>>)[member]
    : undefined;
}

function filtered<Sink extends RouteSink>(
  filter: Filter,
  next: (value: unknown, sink: Sink) => void,
): (value: unknown, sink: Sink) => void {
  if (filter.kind === 'equals') {
    return (value, sink) => {
      if (memberOf(value, filter.member) === filter.value) next(value, sink);
    };
  }
  return (value, sink) => {
    if (resolvedType(value, sink.resource) === filter.type) next(value, sink);
  };
}
